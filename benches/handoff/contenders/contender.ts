/**
 * What the benchmark asks of everything that it measures. A contender lives in a process of its
 * own: it is started once, records spans of one size, is flushed now and then, and is stopped.
 */
import type { ChatPayload } from "../../support/chat.js";

export interface Contender {
  /** Loads the library and points it at the collector, whose base URL is `endpoint`. */
  start(endpoint: string): Promise<void>;

  /** Records one span with six short attributes. */
  tiny(index: number): void;

  /** Records one chat completion. */
  llm(payload: ChatPayload): void;

  /** Resolves when everything recorded so far was sent. */
  flush(): Promise<void>;

  stop(): Promise<void>;
}
