/**
 * Streams of the Responses API. Its last event repeats the whole answer; the events before it matter
 * where the stream is cut off, and are kept until that is known.
 */
import type { PartKind } from "../../handoff/parts.js";
import type { ChunkReader, Chunks, ChunkSink } from "./chunks.js";
import { failureMessage } from "./failure.js";
import { type Fields, fieldsOf } from "./fields.js";

export function responseEvents(kind: PartKind): ChunkReader {
  return (sink) => new ResponseEvents(kind, sink);
}

/** A text that grows, with the event that began it. */
interface Run {
  readonly event: Fields;
  text: string;
}

class ResponseEvents implements Chunks {
  /** Which answer begins, and its items as they come and are complete. */
  private events: Fields[] = [];
  private runs: Run[] = [];
  private last: Run | undefined;
  private hasToken = false;

  constructor(
    private readonly kind: PartKind,
    private readonly sink: ChunkSink,
  ) {}

  read(chunk: unknown): void {
    const event = fieldsOf(chunk);
    const { type, delta } = event;
    if (typeof type !== "string") return;
    if (typeof delta === "string" && type.endsWith(".delta")) return this.grow(event, delta);
    switch (type) {
      case "response.created":
        this.events.push(begun(event));
        break;
      case "response.output_item.added":
        this.events.push(added(event));
        break;
      case "response.output_item.done":
        this.runs = this.runs.filter((run) => run.event["output_index"] !== event["output_index"]);
        this.last = undefined;
        this.events.push(event);
        break;
      case "response.failed":
        this.sink.modelFailed(failureMessage(fieldsOf(event["response"])["error"]));
        this.complete(event);
        break;
      case "response.completed":
      case "response.incomplete":
        this.complete(event);
        break;
      case "error":
        this.sink.modelFailed(failureMessage(event));
        this.flush();
        this.sink.capture(this.kind, event);
        break;
      default:
      // What it says, another event says again or the deltas have said.
    }
  }

  private grow(event: Fields, text: string): void {
    if (!this.hasToken) {
      this.hasToken = true;
      this.sink.firstToken();
    }
    let run = this.last;
    if (run === undefined || !isSameText(run.event, event)) {
      run = this.runs.find((known) => isSameText(known.event, event));
      if (run === undefined) this.runs.push((run = { event, text: "" }));
      this.last = run;
    }
    run.text += text;
  }

  private complete(event: Fields): void {
    this.forget();
    this.sink.capture(this.kind, event);
  }

  private forget(): void {
    this.events = [];
    this.runs = [];
    this.last = undefined;
  }

  flush(): void {
    const { events, runs } = this;
    this.forget();
    for (const event of events) this.sink.capture(this.kind, event);
    for (const { event, text } of runs) {
      const { logprobs: _logprobs, obfuscation: _obfuscation, ...others } = event;
      this.sink.capture(this.kind, { ...others, delta: text });
    }
  }
}

/** The whole request is repeated in there; of the answer there is no more than its name. */
function begun({ type, response }: Fields): Fields {
  const { id, object, created_at, status, model } = fieldsOf(response);
  return { type, response: { id, object, created_at, status, model } };
}

/** The item as it is now: helpers of the SDK's let it grow by what comes. */
function added(event: Fields): Fields {
  const { item } = event;
  if (typeof item !== "object" || item === null) return event;
  const { content } = item as Fields;
  if (!Array.isArray(content)) return { ...event, item: { ...item } };
  return { ...event, item: { ...item, content: content.slice() as unknown[] } };
}

function isSameText(a: Fields, b: Fields): boolean {
  return (
    a["output_index"] === b["output_index"] &&
    a["type"] === b["type"] &&
    a["content_index"] === b["content_index"] &&
    a["summary_index"] === b["summary_index"]
  );
}
