/** What was redacted here, before the native thread's turn or for somebody else's exporters. */
export interface TextCounts {
  /** Texts that a function or a rule changed. */
  redacted: number;
  /** Texts that were hidden because a function or a rule failed. */
  failures: number;
}
