/**
 * Streams whose last event repeats what was said: transcriptions, and images that get better with
 * each event.
 */
import type { PartKind } from "../../handoff/parts.js";
import type { ChunkReader, Chunks, ChunkSink } from "./chunks.js";
import { type Fields, fieldsOf } from "./fields.js";
import { withoutLogprobs } from "./views.js";

export function wholeEvents(kind: PartKind): ChunkReader {
  return (sink) => new WholeEvents(kind, sink);
}

class WholeEvents implements Chunks {
  private text = "";
  private first: Fields | undefined;
  private hasToken = false;

  constructor(
    private readonly kind: PartKind,
    private readonly sink: ChunkSink,
  ) {}

  read(chunk: unknown): void {
    const event = fieldsOf(chunk);
    const { type, delta } = event;
    if (!this.hasToken) {
      this.hasToken = true;
      this.sink.firstToken();
    }
    if (typeof delta === "string") {
      this.first ??= event;
      this.text += delta;
    } else if (typeof type === "string" && type.endsWith(".partial_image")) {
      const { b64_json: _image, ...others } = event;
      this.sink.capture(this.kind, others);
    } else {
      if (typeof type === "string" && type.endsWith(".done")) this.first = undefined;
      this.flush();
      this.sink.capture(this.kind, withoutLogprobs(event));
    }
  }

  flush(): void {
    if (this.first === undefined) return;
    const { logprobs: _logprobs, ...event } = this.first;
    this.sink.capture(this.kind, { ...event, delta: this.text });
    this.first = undefined;
    this.text = "";
  }
}
