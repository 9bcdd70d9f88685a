/**
 * Who redacts: this package by patterns and by its detectors, and what Langfuse and LangSmith offer,
 * each as its documentation has it.
 */
import { type CatalystTracing, setup, type SetupOptions } from "catalyst-tracing";

import type { ChatRequest } from "../support/chat.js";
import { importRival } from "../support/rivals.js";
import { RULES } from "./rules.js";

export interface Contender {
  /** Sends one request, or does to it what is done before it is sent. */
  take(request: ChatRequest, json: string): void;
  /** Everything that was taken is done with. */
  flush(): Promise<void>;
  stop(): Promise<void>;
  /** What the first text became; where it is not sent to the collector. */
  sample(): string | undefined;
}

type Start = (endpoint: string, isOn: boolean) => Promise<Contender>;

export const OURS = "catalyst-tracing, ten patterns";
export const DETECTORS = "catalyst-tracing, all detectors";
export const LANGFUSE = "@langfuse/otel, mask";
export const LANGSMITH = "langsmith, createAnonymizer()";

export const CONTENDERS: ReadonlyMap<string, Start> = new Map([
  [OURS, (endpoint, isOn) => ours(endpoint, isOn && { detect: false, rules: RULES })],
  [DETECTORS, (endpoint, isOn) => ours(endpoint, isOn)],
  [LANGFUSE, (_, isOn) => langfuse(isOn)],
  [LANGSMITH, (_, isOn) => langsmith(isOn)],
]);

async function ours(endpoint: string, redact: SetupOptions["redact"]): Promise<Contender> {
  const tracing: CatalystTracing = await setup({ endpoint, autoInstrument: false, redact });
  return {
    take(_, json) {
      const span = tracing.tracer.startSpan("chat");
      span.setAttribute("input.value", json);
      span.end();
    },
    async flush() {
      await tracing.flush();
    },
    stop: () => tracing.shutdown(),
    sample: () => undefined,
  };
}

const INPUT = "langfuse.observation.input";

interface LangfuseModule {
  LangfuseSpanProcessor: new (options: object) => object;
}

interface SdkModule {
  BasicTracerProvider: new (options: object) => {
    getTracer(name: string): { startSpan(name: string): LangfuseSpan };
    forceFlush(): Promise<void>;
    shutdown(): Promise<void>;
  };
}

interface LangfuseSpan {
  setAttribute(key: string, value: string): void;
  end(): void;
}

/** Its span processor, with an exporter that sends nothing. */
async function langfuse(isOn: boolean): Promise<Contender> {
  const { LangfuseSpanProcessor } = (await importRival(
    "masking",
    "@langfuse/otel",
  )) as LangfuseModule;
  const { BasicTracerProvider } = (await importRival(
    "masking",
    "@opentelemetry/sdk-trace-base",
  )) as SdkModule;
  let first: string | undefined;
  const mask = ({ data }: { data: string }): string =>
    RULES.reduce((text, { pattern, replace }) => text.replace(pattern, replace), data);
  const exporter = {
    export(spans: { attributes: Record<string, string> }[], done: (result: object) => void) {
      first ??= spans[0]?.attributes[INPUT];
      done({ code: 0 });
    },
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
  const keys = { publicKey: "pk-lf-none", secretKey: "sk-lf-none", baseUrl: "http://127.0.0.1:9" };
  const always = { shouldExportSpan: () => true, mediaUploadEnabled: false };
  const processor = new LangfuseSpanProcessor({
    ...keys,
    ...always,
    exporter,
    ...(isOn && { mask }),
  });
  const provider = new BasicTracerProvider({ spanProcessors: [processor] });
  const tracer = provider.getTracer("bench");
  return {
    take(_, json) {
      const span = tracer.startSpan("chat");
      span.setAttribute(INPUT, json);
      span.end();
    },
    flush: () => provider.forceFlush(),
    stop: () => provider.shutdown(),
    sample: () => first,
  };
}

interface AnonymizerModule {
  createAnonymizer(rules: readonly object[]): <T>(data: T) => T;
}

/** What its client calls with a run's inputs. */
async function langsmith(isOn: boolean): Promise<Contender> {
  const { createAnonymizer } = (await importRival(
    "masking",
    "langsmith/anonymizer",
  )) as AnonymizerModule;
  const anonymize = createAnonymizer(RULES);
  let first: string | undefined;
  return {
    take(request) {
      const inputs = isOn ? anonymize(request) : request;
      first ??= JSON.stringify(inputs);
    },
    flush: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    sample: () => first,
  };
}
