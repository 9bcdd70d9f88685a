/**
 * The types of `sink` and `destinations`: as users write them, and with every default filled in.
 */
import type { ResolvedHide } from "./hide-types.js";
import type { ResolvedLimits } from "./limits.js";
import type { ResolvedRedaction } from "./redact-types.js";
import type { SetupOptions } from "./types.js";

/** A place for spans. */
export type Sink =
  | "otlp"
  | "console"
  | {
      /** Its path. The folder is made if it is missing. */
      file: string;
      /**
       * At this size the file is renamed, by the time, and a new one begins.
       * @defaultValue 104857600 (100 MiB)
       */
      maxBytes?: number | undefined;
      /**
       * How many files there are at most, the current one included; the oldest is deleted.
       * @defaultValue 3
       */
      maxFiles?: number | undefined;
    };

/** What a span has to meet: all that is given; of several values, any. */
export interface FilterCriteria {
  /** OpenInference's kinds, such as `LLM` or `TOOL`. */
  kinds?: readonly string[] | undefined;
  /** Names, in which `*` stands for any text. */
  names?: readonly string[] | undefined;
  /** Attributes and the values that they may have; in texts `*` stands for any text. */
  attributes?:
    | Readonly<Record<string, string | number | boolean | readonly (string | number | boolean)[]>>
    | undefined;
  /** Spans with status ERROR alone. */
  errorsOnly?: boolean | undefined;
  /** Spans that lasted at least so long. */
  minDurationMs?: number | undefined;
}

/**
 * One of several places that spans go to. Token, headers and certificates are its own and come from
 * nowhere else; `protocol`, `compression` and `timeoutMs` are those of the top level unless they are
 * given here.
 */
export interface Destination extends Pick<
  SetupOptions,
  | "endpoint"
  | "token"
  | "headers"
  | "protocol"
  | "compression"
  | "timeoutMs"
  | "certificate"
  | "clientCertificate"
  | "clientKey"
> {
  /**
   * What `stats().destinations` calls it.
   * @defaultValue the endpoint's host and port
   */
  name?: string | undefined;
  /** In place of `endpoint`. */
  sink?: Exclude<Sink, "otlp"> | undefined;
  /** In place of the top level's; flags that are not given are those of the top level. */
  hide?: SetupOptions["hide"];
  /** In place of the top level's. Functions are not among its rules: they run before all of this. */
  redact?: SetupOptions["redact"];
  /** What is left out here is as at the top level. */
  limits?: SetupOptions["limits"];
  /** Which spans it gets, judged before anything in them is hidden. All, unless this is given. */
  filter?: (FilterCriteria & { except?: FilterCriteria | undefined }) | undefined;
}

/** A collector, and how to talk to it. */
export interface Connection {
  /** As it was given, for people to read. */
  readonly endpoint: string;
  /** The full URL that batches are posted to. */
  readonly tracesUrl: string;
  /** Names in the case they were given in, no two alike; `Authorization` among them. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly protocol: "http/protobuf" | "http/json";
  readonly compression: "gzip" | "none";
  /** 0 packs without compressing: nothing is gained by it on the way to the same machine. */
  readonly gzipLevel: 0 | 1;
  readonly timeoutMs: number;
  readonly certificatePem: string | null;
  readonly clientCertificatePem: string | null;
  readonly clientKeyPem: string | null;
}

export interface FileSink {
  /** Absolute. */
  readonly file: string;
  readonly maxBytes: number;
  readonly maxFiles: number;
}

export interface ConsoleSink {
  readonly colours: boolean;
}

export interface ResolvedFilter {
  readonly only: Readonly<Record<string, unknown>>;
  readonly except: Readonly<Record<string, unknown>> | null;
}

/** What does not leave by one place. */
export interface ResolvedPolicy {
  readonly hide: ResolvedHide;
  /** `null` where nothing is redacted. */
  readonly redact: ResolvedRedaction | null;
  readonly limits: ResolvedLimits;
}

/** One place: a collector, the console, a file, or memory where it is none of these. */
export interface ResolvedDestination {
  /** No two are alike. */
  readonly name: string;
  /** For people to read: nothing secret is in it. */
  readonly endpoint: string;
  readonly filter: ResolvedFilter | null;
  readonly policy: ResolvedPolicy;
  readonly otlp: Connection | null;
  readonly console: ConsoleSink | null;
  readonly file: FileSink | null;
}
