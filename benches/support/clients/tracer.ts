/**
 * What the benchmarks of real clients ask of everything that traces them. A tracer lives in a
 * process of its own, is started once, before there is a client, is flushed now and then, and is
 * stopped.
 */
export interface Tracer {
  /** Loads the library, has it trace the SDKs, and points it at the collector at `endpoint`. */
  start(endpoint: string, sdks: Sdks): Promise<void>;

  /** Resolves when everything that ended so far was sent. */
  flush(): Promise<void>;

  stop(): Promise<void>;
}

/** The SDKs as the program imported them. */
export interface Sdks {
  /** The client's class. */
  openai: unknown;
  /** The module's namespace. */
  openaiAgents?: unknown;
}
