/**
 * Streams of the Responses API. Its last event repeats the whole answer; the events before it matter
 * where the stream is cut off.
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
        return this.begin(event);
      case "response.output_item.added":
        break;
      case "response.output_item.done":
        this.drop((run) => run.event["output_index"] === event["output_index"]);
        break;
      case "response.failed":
        this.sink.modelFailed(failureMessage(fieldsOf(event["response"])["error"]));
        this.drop(() => true);
        break;
      case "response.completed":
      case "response.incomplete":
        this.drop(() => true);
        break;
      case "error":
        this.sink.modelFailed(failureMessage(event));
        this.flush();
        break;
      default:
        // What it says, another event says again or the deltas have said.
        return;
    }
    this.sink.capture(this.kind, event);
  }

  /** The whole request is repeated in here; of the answer there is no more than its name. */
  private begin({ type, response }: Fields): void {
    const { id, object, created_at, status, model } = fieldsOf(response);
    this.sink.capture(this.kind, { type, response: { id, object, created_at, status, model } });
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

  private drop(isIt: (run: Run) => boolean): void {
    this.runs = this.runs.filter((run) => !isIt(run));
    this.last = undefined;
  }

  flush(): void {
    for (const { event, text } of this.runs) {
      const { logprobs: _logprobs, obfuscation: _obfuscation, ...others } = event;
      this.sink.capture(this.kind, { ...others, delta: text });
    }
    this.runs = [];
    this.last = undefined;
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
