// Generated from src/bridge/ by scripts/build-native.mjs; edits are overwritten.

/** JS has heard the signal, or does not listen for it any more. */
export declare function answerSignal(signal: number): void;

/**
 * Registers this environment and the memory through which its spans come. Returns the slot that
 * the other functions ask for.
 */
export declare function attach(memory: Uint8Array): number;

/** Starts the pipeline for this environment, or reconfigures the one that runs. */
export declare function configure(slot: number, config: NativeConfig): void;

/** What the parts in `chunk` say, mapped as on the native thread: for JS span processors. */
export declare function derive(chunk: Uint8Array): Derived;

/** Nobody will ask for this flush any more. */
export declare function flushAbandon(slot: number, id: number): void;

/** Begins a flush; `null` when no pipeline runs. */
export declare function flushBegin(slot: number): number | null;

/**
 * Flushes and blocks this thread until done, or until all such calls together have taken as long
 * as the end of a process may be held up; this one for `max_ms` at most, if that is given. For the
 * `exit` event, and for signals.
 */
export declare function flushBlocking(slot: number, maxMs?: number | undefined | null): NativeFlush | null;

/** What became of a flush, once it is done. */
export declare function flushPoll(slot: number, id: number): NativeFlush | null;

/**
 * JS listens for this signal, and nobody else does. If it does not answer within `grace_ms` when the
 * signal comes, because it does not come to that, the signal kills.
 */
export declare function guardSignal(signal: number, graceMs: number): void;

/** Whether the pipeline that `slot` released has ended; then its final counters are kept. */
export declare function isFinished(slot: number): boolean;

/**
 * The attributes that tell what a model call cost, from those that the environment of `slot` has
 * of its span. None where no cost is wanted, or known.
 */
export declare function price(slot: number, attributes: Array<DerivedAttribute>): Array<DerivedAttribute>;

/** Says that the spans of `slot` come through other memory from now on. */
export declare function reattach(slot: number, memory: Uint8Array): void;

/**
 * This environment no longer uses the pipeline. When it was the last: delivery goes on for up to
 * `grace_ms`, the rest is counted as lost, and `is_finished` tells the end. Whether it was.
 */
export declare function release(slot: number, graceMs: number): boolean;

/**
 * What may leave the process of attributes that go onto a span of somebody else's: those of the
 * span, or of the event of that name.
 */
export declare function screen(attributes: Array<DerivedAttribute>, event: string | undefined | null, policy: NativePolicy): Screened;

/** Deletes what no process has in hand, and returns what it was in all. */
export declare function spoolClear(dir: string): NativeSpoolSurvey;

/** What lies in a spool's directory, by the process that left it there, the oldest first. */
export declare function spoolSurvey(dir: string): Array<NativeSpoolSurvey>;

/** The counters of the pipeline that `slot` uses, or used last. */
export declare function stats(slot: number): NativeStats | null;

/** Takes what is committed in the memory of `slot`. */
export declare function submit(slot: number): void;

/**
 * What the environment of `slot` kept in memory since the last call, everything submitted so far
 * included: requests as OTLP/JSON. Blocks this thread until the native one has done its work.
 */
export declare function takeKept(slot: number): Array<string>;

export interface Derived {
  attributes: Array<DerivedAttribute>;
  json: Array<JsonPart>;
}

export interface DerivedAttribute {
  key: string;
  value: string | number | boolean | (string | number | boolean)[];
}

export interface JsonPart {
  index: number;
  json: string;
}

export interface NativeConfig {
  /** Resource attributes as a JSON object. */
  resource: string;
  destinations: Array<NativeDestination>;
  extraCaPem: string | null;
  httpsProxy: string | null;
  httpProxy: string | null;
  allProxy: string | null;
  noProxy: string | null;
  userAgent: string;
  exitFlushMs: number;
  maxQueueBytes: number;
  maxBatchBytes: number;
  maxBatchSpans: number;
  gate: NativeGate;
  /** Where spans for collectors wait, besides memory. */
  spool: NativeSpool | null;
  quiet: boolean;
}

/** Standard error. */
export interface NativeConsole {
  colours: boolean;
}

/** One place that spans go to. */
export interface NativeDestination {
  /** No two are alike. */
  name: string;
  /** As it may be shown. */
  endpoint: string;
  /** JSON; see `src/bridge/filter.rs`. */
  filter: string | null;
  policy: NativePolicy;
  scheduleDelayMs: number;
  /**
   * Where this and all like it are `null`, spans are kept for `take_kept`, apart from those of
   * other environments.
   */
  otlp: NativeTarget | null;
  file: NativeFile | null;
  console: NativeConsole | null;
}

export interface NativeDestinationStats {
  name: string;
  endpoint: string;
  isCurrent: boolean;
  queued: number;
  delivered: number;
  filtered: number;
  lost: Array<NativeLoss>;
  batches: number;
  requests: number;
  retries: number;
  bytesSent: number;
  bytesHeld: number;
  lastError: string | null;
}

/** A file that lines are appended to. */
export interface NativeFile {
  path: string;
  maxBytes: number;
  maxFiles: number;
}

export interface NativeFlush {
  delivered: number;
  lost: number;
  pending: number;
}

export interface NativeGate {
  /** What the app knows of prices, by model, as a JSON object; `null` where no cost is wanted. */
  prices: string | null;
  /** Which traces are sent, as the JSON of `src/sample/rules.rs`; `null` where all are. */
  sample: string | null;
}

export interface NativeHeader {
  name: string;
  value: string;
}

export interface NativeHide {
  inputs: boolean;
  outputs: boolean;
  inputMessages: boolean;
  outputMessages: boolean;
  inputImages: boolean;
  inputText: boolean;
  outputText: boolean;
  prompts: boolean;
  choices: boolean;
  llmTools: boolean;
  llmInvocationParameters: boolean;
  embeddingsVectors: boolean;
  embeddingsText: boolean;
  base64ImageMaxLength: number | null;
}

export interface NativeLimits {
  valueLength: number | null;
  spanBytes: number | null;
}

export interface NativeLoss {
  stage: string;
  reason: string;
  spans: number;
}

export interface NativePolicy {
  hide: NativeHide;
  /** What users want redacted, as JSON; see `src/redact/rules/spec.rs`. */
  redact: string | null;
  limits: NativeLimits;
}

/** A directory that spans wait in. */
export interface NativeSpool {
  dir: string;
  maxBytes: number;
  /** What was meant for other destinations is sent too. */
  takesAll: boolean;
}

export interface NativeSpoolStats {
  recovered: number;
  left: number;
  notSpooled: number;
  orphans: number;
  damaged: number;
}

/** What one process left, or has, in the directory. */
export interface NativeSpoolSurvey {
  pid: number;
  isHeld: boolean;
  destination: string;
  segments: number;
  bytes: number;
  waitingSpans: number;
  damaged: number;
  newer: number;
  oldestMs: number | null;
}

export interface NativeStats {
  started: number;
  ended: number;
  queued: number;
  delivered: number;
  filtered: number;
  sampledOut: number;
  sampledOutEarly: number;
  lost: Array<NativeLoss>;
  ignored: number;
  faults: number;
  truncated: number;
  batches: number;
  requests: number;
  retries: number;
  bytesSent: number;
  bytesHeld: number;
  lastError: string | null;
  redacted: number;
  redactionFailures: number;
  spool: NativeSpoolStats;
  destinations: Array<NativeDestinationStats>;
}

/** A collector, and how to talk to it. */
export interface NativeTarget {
  tracesUrl: string;
  headers: Array<NativeHeader>;
  protocol: 'http/protobuf' | 'http/json';
  gzip: boolean;
  /** From 0, which only packs, to 9. */
  gzipLevel: number;
  timeoutMs: number;
  certificatePem: string | null;
  clientCertificatePem: string | null;
  clientKeyPem: string | null;
}

export interface Screened {
  attributes: Array<DerivedAttribute>;
  /** Values in which something was redacted. */
  redacted: number;
  /** Values that were hidden whole because a rule could not be applied to them. */
  failures: number;
}
