/**
 * The table of settings that have one value each: names, variables in order of precedence, and
 * defaults. A new setting of this sort is a row here, a field in `types.ts` and a line in
 * `options.ts`.
 */
import { baseEndpoint, type Endpoint, readFullEndpoint } from "./endpoint.js";
import {
  bearerToken,
  choice,
  flag,
  optionalText,
  readTrueOrFalse,
  requiredText,
  wholeNumber,
} from "./kinds.js";
import type { Setting } from "./lookup.js";
import type { ResolvedOptions } from "./types.js";

const MIB = 1024 * 1024;
/** The longest time that Node's timers can express. */
const MAX_MS = 2_147_483_647;
/** What crosses to native code as a number must be exact. */
const MAX_QUEUE_BYTES = Number.MAX_SAFE_INTEGER;
/** OTLP's limit for one request; a larger batch would have to be split again. */
const MAX_BATCH_BYTES = 64 * MIB;
/** Beyond any sensible batch, and well within what 32 bits count. */
const MAX_BATCH_SPANS = 1_000_000;

export const SETTINGS = {
  endpoint: setting<Endpoint>({
    name: "endpoint",
    kind: baseEndpoint,
    env: [
      "CATALYST_OTLP_ENDPOINT",
      "OTLP_ENDPOINT",
      "INFERENCE_OTLP_ENDPOINT",
      { name: "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", fromText: readFullEndpoint },
      "OTEL_EXPORTER_OTLP_ENDPOINT",
    ],
    fallback: {
      endpoint: "http://localhost:8799",
      tracesUrl: "http://localhost:8799/v1/traces",
    },
    show: "url",
  }),
  token: setting<string | null>({
    name: "token",
    kind: bearerToken,
    env: ["CATALYST_OTLP_TOKEN", "OTLP_INGEST_TOKEN", "INFERENCE_API_KEY"],
    fallback: null,
    show: "secret",
  }),
  serviceName: setting<string>({
    name: "serviceName",
    kind: requiredText,
    env: ["CATALYST_SERVICE_NAME", "SERVICE_NAME", "INFERENCE_SERVICE_NAME", "OTEL_SERVICE_NAME"],
    fallback: "catalyst-app",
  }),
  serviceVersion: setting<string | null>({
    name: "serviceVersion",
    kind: optionalText,
    env: ["CATALYST_SERVICE_VERSION", "INFERENCE_SERVICE_VERSION"],
    fallback: null,
  }),
  environment: setting<string | null>({
    name: "environment",
    kind: optionalText,
    env: ["CATALYST_ENVIRONMENT", "INFERENCE_ENVIRONMENT", "OTEL_DEPLOYMENT_ENVIRONMENT"],
    fallback: null,
  }),
  debug: setting<boolean>({
    name: "debug",
    kind: flag,
    env: ["CATALYST_DEBUG", "INFERENCE_DEBUG"],
    fallback: false,
  }),
  autoInstrument: setting<boolean>({
    name: "autoInstrument",
    kind: flag,
    env: ["CATALYST_AUTO_INSTRUMENT"],
    fallback: true,
  }),
  disabled: setting<boolean>({
    name: "disabled",
    kind: flag,
    env: [
      // OpenTelemetry's own switch: its specification knows no other words.
      { name: "OTEL_SDK_DISABLED", fromText: readTrueOrFalse },
      "CATALYST_DISABLED",
    ],
    fallback: false,
  }),
  register: setting<"auto" | boolean>({
    name: "register",
    kind: choice<"auto" | boolean>("auto", true, false),
    env: [],
    fallback: "auto",
  }),
  batching: setting<ResolvedOptions["batching"]>({
    name: "batching",
    kind: choice("batch", "simple"),
    env: [],
    fallback: "batch",
  }),
  compression: setting<ResolvedOptions["compression"]>({
    name: "compression",
    kind: choice("gzip", "none"),
    env: ["OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "OTEL_EXPORTER_OTLP_COMPRESSION"],
    fallback: "gzip",
  }),
  protocol: setting<ResolvedOptions["protocol"]>({
    name: "protocol",
    kind: choice("http/protobuf", "http/json"),
    env: ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"],
    fallback: "http/protobuf",
  }),
  timeoutMs: setting<number>({
    name: "timeoutMs",
    kind: wholeNumber("milliseconds", { min: 1, max: MAX_MS, example: 10_000 }),
    env: ["OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT"],
    fallback: 10_000,
  }),
  // OTEL_BSP_MAX_QUEUE_SIZE counts spans, whose sizes differ a thousandfold here; no bound in
  // bytes can be derived from it, so it is not read.
  maxQueueBytes: setting<number>({
    name: "maxQueueBytes",
    kind: wholeNumber("bytes", { min: 1, max: MAX_QUEUE_BYTES, example: 64 * MIB }),
    env: [],
    fallback: 64 * MIB,
  }),
  maxBatchBytes: setting<number>({
    name: "maxBatchBytes",
    kind: wholeNumber("bytes", { min: 1, max: MAX_BATCH_BYTES, example: 4 * MIB }),
    env: [],
    fallback: 4 * MIB,
  }),
  maxBatchSpans: setting<number>({
    name: "maxBatchSpans",
    kind: wholeNumber("spans", { min: 1, max: MAX_BATCH_SPANS, example: 512 }),
    env: ["OTEL_BSP_MAX_EXPORT_BATCH_SIZE"],
    fallback: 512,
  }),
  scheduleDelayMs: setting<number>({
    name: "scheduleDelayMs",
    kind: wholeNumber("milliseconds", { min: 0, max: MAX_MS, example: 1000 }),
    env: ["OTEL_BSP_SCHEDULE_DELAY"],
    fallback: 1000,
  }),
  exitFlushMs: setting<number>({
    name: "exitFlushMs",
    kind: wholeNumber("milliseconds", { min: 0, max: MAX_MS, example: 2000 }),
    env: ["CATALYST_EXIT_FLUSH_MS"],
    fallback: 2000,
  }),
};

function setting<T>(row: Setting<T>): Setting<T> {
  return row;
}
