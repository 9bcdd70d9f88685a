/**
 * Reads the chunks of a streamed answer as they pass. Most of them add a few letters to a text: those
 * letters are kept, which costs next to nothing, and go out together as one chunk. Whatever else a
 * chunk says is recorded as it is.
 */
import type { PartKind } from "../../handoff/parts.js";

/** What the reader of a stream's chunks can tell. */
export interface ChunkSink {
  capture(kind: PartKind, value: unknown): void;
  /** The model has begun to answer. */
  firstToken(): void;
  /** The stream says that the model failed. */
  modelFailed(message: string): void;
}

/** Reads one stream. */
export interface Chunks {
  read(chunk: unknown): void;
  /** Records what was kept so far. */
  flush(): void;
}

export type ChunkReader = (sink: ChunkSink) => Chunks;
