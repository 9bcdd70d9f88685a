// The capture half of the package without a pipeline behind it: spans are recorded for real, and
// the chunks that would cross to the native thread are kept. Works on the compiled package and its
// addon, as users have them.

import { shipped } from "../support/shipped.js";

const { Outbox } = await shipped<typeof import("../../js/handoff/outbox.js")>("handoff/outbox.js");
const { Recorder } =
  await shipped<typeof import("../../js/capture/recorder.js")>("capture/recorder.js");
const { RecordingTracer } =
  await shipped<typeof import("../../js/capture/tracer.js")>("capture/tracer.js");
const { loadNative } = await shipped<typeof import("../../js/native.js")>("native.js");

type RecordingSpan = import("../../js/capture/span.js").RecordingSpan;
type OutboxType = import("../../js/handoff/outbox.js").Outbox;

/** Words of the outbox's header. */
const COMMITTED = 0;
const STARTED = 1;
const ENDED = 2;
const IGNORED = 3;
const FAULTS = 4;
const HEADER_BYTES = 32;

export interface Crossing {
  /** Performance time. */
  at: number;
  records: Buffer;
  started: number;
  ended: number;
  ignored: number;
  faults: number;
}

export class Desk {
  /** What has crossed, in order. */
  readonly crossings: Crossing[] = [];
  readonly faults: unknown[] = [];
  readonly outbox: OutboxType;
  /** The memory that the native side would read. */
  memory: Uint8Array = new Uint8Array();
  /** How often the memory was replaced. */
  replaced = 0;
  readonly #tracer: InstanceType<typeof RecordingTracer>;

  constructor() {
    this.outbox = new Outbox({
      attach: (memory) => {
        this.memory = memory;
        return 1;
      },
      reattach: (_slot, memory) => {
        this.memory = memory;
        this.replaced += 1;
      },
      submit: () => void this.crossings.push(this.#read()),
      flushBlocking: () => null,
    });
    const recorder = new Recorder({
      outbox: this.outbox,
      sampler: { shouldSample: () => true },
      resource: {} as never,
      derive: () => ({ attributes: {}, json: new Map() }),
      onFault: (fault) => void this.faults.push(fault),
    });
    this.#tracer = new RecordingTracer(recorder, { name: "desk", version: "" });
  }

  start(name = "span"): RecordingSpan {
    return this.#tracer.startSpan(name) as RecordingSpan;
  }

  /** What the native side would find if the environment ended now. */
  committed(): Buffer {
    return this.#read().records;
  }

  #read(): Crossing {
    const word = new DataView(this.memory.buffer, this.memory.byteOffset, HEADER_BYTES);
    const at = (index: number): number => word.getUint32(index * 4, true);
    return {
      at: performance.now(),
      records: Buffer.from(this.memory.slice(HEADER_BYTES, at(COMMITTED))),
      started: at(STARTED),
      ended: at(ENDED),
      ignored: at(IGNORED),
      faults: at(FAULTS),
    };
  }
}

const loaded = loadNative();
if (loaded.native === undefined) throw new Error(loaded.problem);
const { native } = loaded;
const { derive } = native;

/** The JSON of each snapshot in a chunk, as the native side writes it. */
export function jsonParts(chunk: Uint8Array): string[] {
  return derive(chunk).json.map(({ json }) => json);
}

const desk = new Desk();

/** The JSON of a value that was set on a span. */
export function jsonOf(value: unknown): string {
  const faultsBefore = desk.faults.length;
  desk.start().setJson("key", value);
  if (desk.faults.length > faultsBefore) throw desk.faults.at(-1);
  desk.outbox.submit();
  const crossed = desk.crossings.splice(0).map(({ records }) => records);
  const [json, ...more] = jsonParts(Buffer.concat(crossed));
  if (json === undefined || more.length > 0) throw new Error("not one snapshot crossed");
  return json;
}

export const PART = 1;
export const END = 2;

/** The records of a chunk by their kinds. Throws when they do not fill it exactly. */
export function recordKinds(chunk: Buffer): number[] {
  const kinds: number[] = [];
  let at = 0;
  while (at < chunk.length) {
    kinds.push(chunk.readUInt8(at));
    at += 5 + chunk.readUInt32LE(at + 1);
  }
  if (at !== chunk.length) throw new Error("the last record is cut off");
  return kinds;
}
