/**
 * The types on both sides of `resolveOptions()`: what users pass to `setup()`, and what the rest
 * of the package gets, with every default filled in.
 */
import type { SamplerSpec } from "../capture/sampler.js";
import type { CostOptions, ResolvedCost } from "./cost.js";
import type {
  Connection,
  Destination,
  ResolvedDestination,
  ResolvedPolicy,
  Sink,
} from "./destination-types.js";
import type { HideOptions } from "./hide-types.js";
import type { LimitOptions } from "./limits.js";
import type { Redact } from "./redact-types.js";
import type { ResolvedSample, SampleOptions } from "./sample.js";

/** What a resource attribute may hold; an array has elements of one type. */
export type ResourceAttributeValue =
  string | number | boolean | readonly string[] | readonly number[] | readonly boolean[];

/**
 * SDK modules to instrument. Each takes the default export, the namespace, or what `require()`
 * returns.
 */
export interface InstrumentModules {
  /** `openai`. */
  openai?: unknown;
  /** `@openai/agents`. */
  openaiAgents?: unknown;
  /** `@anthropic-ai/sdk`. */
  anthropic?: unknown;
  /** `@langchain/core/callbacks/manager`. */
  langchainCallbacksManager?: unknown;
  /** `@elevenlabs/client`. */
  elevenlabs?: unknown;
  /** `@cursor/sdk`. */
  cursorSdk?: unknown;
  /** `ai`, the Vercel AI SDK. */
  aiSdk?: unknown;
  /** `@livekit/agents`. */
  livekitAgents?: unknown;
  /** `@mariozechner/pi-ai`. */
  piAi?: unknown;
  /** A models collection of `@earendil-works/pi-ai`. */
  piAgent?: unknown;
}

/**
 * The options of `setup()`. All are optional. What stands in code comes before the environment,
 * and the environment before the default.
 */
export interface SetupOptions {
  /**
   * Base URL of the collector, `http:` or `https:`. `/v1/traces` is appended unless the URL ends in
   * it. Environment: `CATALYST_OTLP_ENDPOINT`, `OTLP_ENDPOINT`, `INFERENCE_OTLP_ENDPOINT`,
   * `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` (the full URL, nothing is appended),
   * `OTEL_EXPORTER_OTLP_ENDPOINT`.
   * @defaultValue `http://localhost:8799`
   */
  endpoint?: string | undefined;
  /**
   * Sent as `Authorization: Bearer …`, unless `headers` has an `Authorization` of its own. An empty
   * string means none, whatever the environment says. Environment: `CATALYST_OTLP_TOKEN`,
   * `OTLP_INGEST_TOKEN`, `INFERENCE_API_KEY`.
   */
  token?: string | undefined;
  /**
   * `service.name`. Environment: `CATALYST_SERVICE_NAME`, `SERVICE_NAME`, `INFERENCE_SERVICE_NAME`,
   * `OTEL_SERVICE_NAME`, `service.name` in `OTEL_RESOURCE_ATTRIBUTES`.
   * @defaultValue the name in the package.json nearest to the main script, else `catalyst-app`
   */
  serviceName?: string | undefined;
  /**
   * `service.version`. Environment: `CATALYST_SERVICE_VERSION`, `INFERENCE_SERVICE_VERSION`,
   * `service.version` in `OTEL_RESOURCE_ATTRIBUTES`.
   * @defaultValue the version in the package.json nearest to the main script, else unset
   */
  serviceVersion?: string | undefined;
  /**
   * Where this runs, such as `production`; exported as `deployment.environment` and
   * `deployment.environment.name`. Environment: `CATALYST_ENVIRONMENT`, `INFERENCE_ENVIRONMENT`,
   * `OTEL_DEPLOYMENT_ENVIRONMENT`.
   */
  environment?: string | undefined;
  /**
   * Says on stderr what tracing does. Environment: `CATALYST_DEBUG`, `INFERENCE_DEBUG`.
   * @defaultValue `false`
   */
  debug?: boolean | undefined;
  /** SDK modules to instrument, whether or not they would be found by themselves. */
  modules?: InstrumentModules | undefined;
  /**
   * Finds and instruments supported SDKs that are not in `modules`. Environment:
   * `CATALYST_AUTO_INSTRUMENT`.
   * @defaultValue `true`
   */
  autoInstrument?: boolean | undefined;
  /**
   * `'batch'` collects spans and sends them together; `'simple'` hands each one on as it ends.
   * @defaultValue `'batch'`
   */
  batching?: "batch" | "simple" | undefined;
  /**
   * HTTP headers of every export request. They come before those of the environment:
   * `OTEL_EXPORTER_OTLP_TRACES_HEADERS`, `OTEL_EXPORTER_OTLP_HEADERS`.
   */
  headers?: Readonly<Record<string, string>> | undefined;
  /** Attributes of the resource that all spans share. Environment: `OTEL_RESOURCE_ATTRIBUTES`. */
  resourceAttributes?: Readonly<Record<string, ResourceAttributeValue>> | undefined;
  /**
   * Environment: `OTEL_EXPORTER_OTLP_TRACES_COMPRESSION`, `OTEL_EXPORTER_OTLP_COMPRESSION`.
   * @defaultValue `'gzip'`; to a loopback address gzip without compression, which would only cost
   * CPU time there
   */
  compression?: "gzip" | "none" | undefined;
  /**
   * The encoding to start with; a collector that refuses it (415) gets the other one. Environment:
   * `OTEL_EXPORTER_OTLP_TRACES_PROTOCOL`, `OTEL_EXPORTER_OTLP_PROTOCOL`.
   * @defaultValue `'http/protobuf'`
   */
  protocol?: "http/protobuf" | "http/json" | undefined;
  /**
   * Time for one batch in milliseconds, retries and waits included. Environment:
   * `OTEL_EXPORTER_OTLP_TRACES_TIMEOUT`, `OTEL_EXPORTER_OTLP_TIMEOUT`.
   * @defaultValue 10000
   */
  timeoutMs?: number | undefined;
  /**
   * Certificates to trust in place of the system's: a PEM file's path, or PEM text. Environment:
   * `OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE`, `OTEL_EXPORTER_OTLP_CERTIFICATE`.
   */
  certificate?: string | undefined;
  /**
   * The client's certificate: a PEM file's path, or PEM text; goes with `clientKey`. Environment:
   * `OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE`, `OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE`.
   */
  clientCertificate?: string | undefined;
  /**
   * The client's private key: a PEM file's path, or PEM text; goes with `clientCertificate`.
   * Environment: `OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY`, `OTEL_EXPORTER_OTLP_CLIENT_KEY`.
   */
  clientKey?: string | undefined;
  /**
   * Memory for spans that wait for delivery; over it new spans are dropped and counted.
   * @defaultValue 67108864 (64 MiB)
   */
  maxQueueBytes?: number | undefined;
  /**
   * A batch is sent at the latest when it has this size.
   * @defaultValue 4194304 (4 MiB)
   */
  maxBatchBytes?: number | undefined;
  /**
   * A batch is sent at the latest when it has this many spans. Environment:
   * `OTEL_BSP_MAX_EXPORT_BATCH_SIZE`.
   * @defaultValue 512
   */
  maxBatchSpans?: number | undefined;
  /**
   * A batch is sent at the latest after this many milliseconds. Environment:
   * `OTEL_BSP_SCHEDULE_DELAY`.
   * @defaultValue 1000
   */
  scheduleDelayMs?: number | undefined;
  /**
   * Says on each model call what it cost, in US dollars: `llm.cost.*`, from its tokens and a table of
   * prices. A model that the table does not know has no cost, unless `prices` does. Environment:
   * `CATALYST_COST`.
   * @defaultValue `false`
   */
  cost?: boolean | CostOptions | undefined;
  /**
   * For backends that take no more: what is longer is cut so that it can still be read, and says so.
   * Identity, token counts and status never are. `docs/limits.md` has the rules. Environment:
   * `OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT`, `OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT`.
   * @defaultValue no limits
   */
  limits?: LimitOptions | undefined;
  /**
   * Sends a share of the traces, and those in which something happened: an error, a long run, a dear
   * one, a certain agent. Decided when the trace's root in this process has ended. A number is the
   * share. `docs/sampling.md` has the rules; `OTEL_TRACES_SAMPLER` decides what is recorded at all.
   * @defaultValue every trace is sent
   */
  sample?: number | SampleOptions | undefined;
  /**
   * How long the end of the process may wait for spans to be delivered, in milliseconds. With 0
   * there is no wait, signals are not listened for, and spans that are open at the end are not
   * sent. Environment: `CATALYST_EXIT_FLUSH_MS`.
   * @defaultValue 2000
   */
  exitFlushMs?: number | undefined;
  /**
   * Replaces by `__REDACTED__`, or leaves out, what must not leave the process. `true` hides all that
   * {@link HideOptions} names, `false` nothing, whatever the environment says. Environment:
   * `OPENINFERENCE_HIDE_*`, `OPENINFERENCE_BASE64_IMAGE_MAX_LENGTH`.
   * @defaultValue `false`; credentials are always hidden
   */
  hide?: boolean | HideOptions | undefined;
  /**
   * Hides personal data and keys in everything that is sent: `true` for all built-in detectors, an
   * object, or a list of exactly what is wanted. See `RedactOptions`, and docs/redaction.md.
   * Environment: `CATALYST_REDACT` (`true`, or detectors such as `email,card`).
   * @defaultValue `false`
   */
  redact?: Redact | undefined;
  /**
   * A directory in which spans wait until they are delivered, so that they outlive this process
   * however it ends; the next one delivers them. A path, or a path and a bound on what may be in
   * the directory, over which the oldest go. `false` means none, whatever the environment says.
   * Environment: `CATALYST_SPOOL_DIR`, `CATALYST_SPOOL_MAX_BYTES`.
   * @defaultValue none; `maxBytes` 1073741824 (1 GiB)
   */
  spool?: string | Spool | false | undefined;
  /**
   * Whether to become OpenTelemetry's global provider and context manager: `'auto'` does unless
   * someone else already is.
   * @defaultValue `'auto'`
   */
  register?: "auto" | boolean | undefined;
  /**
   * Where spans go besides a collector, or instead of one: `'console'` prints each finished trace as
   * a tree to stderr, `{ file }` appends OTLP/JSON to a file, a line for each span; or a list of
   * these. They take the place of the default endpoint; an `endpoint` that is configured still gets
   * spans, and so does the default one where `'otlp'` is listed. Environment: `CATALYST_SINK`, such
   * as `console` or `otlp,file:traces.jsonl`.
   * @defaultValue `'otlp'`
   */
  sink?: Sink | readonly Sink[] | undefined;
  /**
   * Several collectors at once, each with its own credentials, filter and policy; one that is away
   * does not hold up the others. They take the place of an endpoint that the environment names; one
   * that the option `endpoint` names gets spans as well.
   */
  destinations?: readonly Destination[] | undefined;
  /**
   * Makes everything a no-op that still runs your functions. Environment: `OTEL_SDK_DISABLED`,
   * `CATALYST_DISABLED`.
   * @defaultValue `false`
   */
  disabled?: boolean | undefined;
}

/** Where spans wait on disk. */
export interface Spool {
  /** Made if it is not there. Processes may share it; it must belong to the user that runs them. */
  dir?: string | undefined;
  /**
   * For everything in it, whichever process wrote it.
   * @defaultValue 1073741824 (1 GiB)
   */
  maxBytes?: number | undefined;
}

export interface ResolvedSpool {
  /** Absolute. */
  readonly dir: string;
  readonly maxBytes: number;
  /** What was meant for other destinations is sent too; only the command line can say so. */
  readonly takesAll: boolean;
}

/** Proxies of the environment as they were written, `null` where unset. */
export interface ProxySettings {
  /** For `http:` endpoints. */
  readonly http: string | null;
  /** For `https:` endpoints. */
  readonly https: string | null;
  /** For both, where the one above is unset. */
  readonly all: string | null;
  /** Hosts to reach directly, a list with commas. */
  readonly no: string | null;
}

/**
 * All settings with their defaults filled in: plain, frozen data but for `modules`. The connection is
 * that of the top level, whether or not it is among the destinations.
 */
export interface ResolvedOptions extends Connection, ResolvedPolicy {
  readonly disabled: boolean;
  readonly debug: boolean;
  readonly register: "auto" | boolean;
  readonly autoInstrument: boolean;
  readonly modules: Readonly<InstrumentModules>;
  /** For tests: nothing leaves the process. */
  readonly inMemory: boolean;
  /** All places that spans go to, at least one. */
  readonly destinations: readonly ResolvedDestination[];
  /** What Node itself trusts besides the system's certificates (`NODE_EXTRA_CA_CERTS`). */
  readonly extraCaPem: string | null;
  readonly proxy: ProxySettings;
  readonly serviceName: string;
  readonly serviceVersion: string | null;
  readonly environment: string | null;
  readonly resource: Readonly<Record<string, ResourceAttributeValue>>;
  readonly batching: "batch" | "simple";
  readonly maxQueueBytes: number;
  readonly maxBatchBytes: number;
  readonly maxBatchSpans: number;
  readonly scheduleDelayMs: number;
  readonly exitFlushMs: number;
  readonly spool: ResolvedSpool | null;
  readonly sampler: SamplerSpec;
  /** `null` where no cost is wanted. */
  readonly cost: ResolvedCost | null;
  /** `null` where all traces are sent that the sampler has recorded. */
  readonly sample: ResolvedSample | null;
}
