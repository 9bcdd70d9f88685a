/**
 * Streams of the Responses API. Its last event repeats the whole answer; the events before it matter
 * where the stream is cut off.
 */
import type { PartKind } from "../../handoff/parts.js";
import type { ChunkReader, Chunks, ChunkSink } from "./chunks.js";
import { failureMessage } from "./failure.js";
import { type Fields, fieldsOf } from "./fields.js";
import { TextRuns } from "./text-runs.js";

export function responseEvents(kind: PartKind): ChunkReader {
  return (sink) => new ResponseEvents(kind, sink);
}

/** Events that are recorded; what the others say, these say again or the deltas have said. */
const TELLING = new Set([
  "response.output_item.added",
  "response.output_item.done",
  "response.completed",
  "response.incomplete",
  "response.failed",
  "error",
]);

class ResponseEvents implements Chunks {
  private readonly runs = new TextRuns<Fields>();
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
    if (type === "response.created") return this.begin(event);
    if (!TELLING.has(type)) return;
    if (type === "response.output_item.done") this.forget(event["output_index"]);
    else if (type === "error") this.sink.modelFailed(failureMessage(event));
    else if (type !== "response.output_item.added") this.finish(event);
    this.sink.capture(this.kind, event);
  }

  /** The whole request is repeated in here; of the answer there is no more than its name. */
  private begin({ type, response }: Fields): void {
    const { id, object, created_at, status, model } = fieldsOf(response);
    this.sink.capture(this.kind, { type, response: { id, object, created_at, status, model } });
  }

  /** What comes now repeats all that was said. */
  private finish(event: Fields): void {
    this.runs.take();
    const failed = event["type"] === "response.failed";
    if (failed) this.sink.modelFailed(failureMessage(fieldsOf(event["response"])["error"]));
  }

  private grow(event: Fields, text: string): void {
    if (!this.hasToken) {
      this.hasToken = true;
      this.sink.firstToken();
    }
    const run = this.runs.find((known) => isSameText(known, event));
    if (run === undefined) this.runs.start(event, text);
    else run.text += text;
  }

  private forget(outputIndex: unknown): void {
    this.runs.drop((known) => known["output_index"] === outputIndex);
  }

  flush(): void {
    for (const { place, text } of this.runs.take()) {
      const { logprobs: _logprobs, obfuscation: _obfuscation, ...event } = place;
      this.sink.capture(this.kind, { ...event, delta: text });
    }
  }
}

function isSameText(a: Fields, b: Fields): boolean {
  return (
    a["output_index"] === b["output_index"] &&
    a["type"] === b["type"] &&
    a["content_index"] === b["content_index"] &&
    a["summary_index"] === b["summary_index"]
  );
}
