/**
 * The handle of a pipeline that runs, from its first span to `shutdown()`.
 */
import { Buffer } from "node:buffer";
import { isMainThread } from "node:worker_threads";

import { context as contextApi, type Tracer } from "@opentelemetry/api";

import { AsyncContextManager, type ContextAccess } from "./capture/context-manager.js";
import { choosePropagator } from "./capture/propagation.js";
import { RecordingTracerProvider } from "./capture/provider.js";
import { type DerivedParts, Recorder } from "./capture/recorder.js";
import { createSampler } from "./capture/sampler.js";
import { Engine } from "./engine.js";
import type { CatalystTracing } from "./handle.js";
import { debugLine, warnOnce } from "./log.js";
import type { InstallResult } from "./integrations/install.js";
import type { Native } from "./native.js";
import { PACKAGE_VERSION, type ResolvedOptions } from "./options.js";
import { type Registration, register, registered } from "./registration.js";
import { readableResource } from "./resource.js";
import { announce, withdraw } from "./runtime.js";
import type { FlushResult, TracingStats } from "./stats.js";
import { durationOr } from "./wait.js";

/** A round of a batch takes up to `timeoutMs`, so by then it is known what became of it. */
const FLUSH_MARGIN_MS = 1000;
const SHUTDOWN_MS = 5000;

const SCOPE_NAME = "catalyst-tracing";

export class Tracing implements CatalystTracing {
  readonly provider: RecordingTracerProvider;
  readonly tracer: Tracer;
  installResults: InstallResult[] = [];
  private readonly engine: Engine;
  private readonly recorder: Recorder;
  private registration: Registration | undefined;
  /** Set once `shutdown()` has been called. */
  ending: Promise<void> | undefined;
  private readonly onExit = (): void => this.flushAtExit();

  constructor(
    native: Native,
    private options: ResolvedOptions,
    private readonly onEnd: () => void,
  ) {
    this.engine = new Engine(native);
    this.engine.configure(options);
    this.recorder = new Recorder({
      outbox: this.engine.outbox,
      sampler: createSampler(options.sampler),
      resource: readableResource(options.resource as never),
      derive: (parts) => derive(native, parts),
      onFault: (fault) => this.reportFault(fault),
    });
    this.provider = new RecordingTracerProvider(this.recorder, {
      flush: () => this.flush(),
      shutdown: () => this.shutdown(),
    });
    this.tracer = this.provider.getTracer(SCOPE_NAME, PACKAGE_VERSION);
    this.register();
    process.on("exit", this.onExit);
  }

  get installed(): InstallResult[] {
    return this.installResults;
  }

  get serviceName(): string {
    return this.options.serviceName;
  }

  get environment(): string | undefined {
    return this.options.environment ?? undefined;
  }

  get endpoint(): string {
    return this.options.endpoint;
  }

  /** Sends what comes from now on where these options say. */
  reconfigure(options: ResolvedOptions): void {
    this.engine.configure(options);
    const isElsewhere = options.register !== this.options.register;
    this.options = options;
    if (isElsewhere) {
      this.registration?.undo();
      this.register();
    }
    this.recorder.sampler = createSampler(options.sampler);
    this.recorder.resource = readableResource(options.resource as never);
  }

  flush(timeoutMs?: number): Promise<FlushResult> {
    return this.engine.flush(durationOr(timeoutMs, this.options.timeoutMs + FLUSH_MARGIN_MS));
  }

  forceFlush(): Promise<void> {
    return this.provider.forceFlush();
  }

  stats(): TracingStats {
    return this.engine.stats();
  }

  shutdown(timeoutMs?: number): Promise<void> {
    return (this.ending ??= this.end(durationOr(timeoutMs, SHUTDOWN_MS)));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  private async end(timeoutMs: number): Promise<void> {
    try {
      await this.provider.shutdownProcessors(timeoutMs);
      withdraw(this);
      this.registration?.undo();
      this.recorder.close();
      await this.engine.shutdown(timeoutMs);
    } catch (fault) {
      this.reportFault(fault);
    } finally {
      process.off("exit", this.onExit);
      this.onEnd();
    }
  }

  private register(): void {
    const contexts = this.registerContexts(this.options.register);
    this.recorder.contexts = contexts;
    announce({ tracing: this, contexts });
  }

  /** Takes its place in OpenTelemetry's API, as far as it should; returns where contexts are. */
  private registerContexts(mode: ResolvedOptions["register"]): ContextAccess {
    const manager = new AsyncContextManager();
    if (mode === false) return registered("context") === undefined ? manager : contextApi;
    const { propagator, warnings } = choosePropagator(process.env["OTEL_PROPAGATORS"]);
    for (const warning of warnings) warnOnce(warning);
    const candidates = { trace: this.provider, context: manager, propagation: propagator };
    this.registration = register(candidates, mode === true);
    const { taken } = this.registration;
    if (taken.length > 0) {
      warnOnce(
        `OpenTelemetry's global ${taken.join(", ")} was registered by somebody else and stays so; ` +
          "spans of this package go their own way beside it. " +
          "Pass register: true to take that place, or register: false to say nothing.",
      );
    }
    return taken.includes("context") ? contextApi : manager;
  }

  /** The only moment at which a `process.exit()` or an uncaught error leaves time for anything. */
  private flushAtExit(): void {
    const { outbox } = this.engine;
    // When a worker ends the process goes on, and with it the native thread.
    if (isMainThread) outbox.flushAtEnd();
    else outbox.submit();
  }

  private reportFault(fault: unknown): void {
    warnOnce("a fault inside tracing was kept from the app; stats().faults counts them", "fault");
    if (this.options.debug) debugLine(fault instanceof Error ? `${fault.stack}` : String(fault));
  }
}

function derive(native: Native, parts: readonly Uint8Array[]): DerivedParts {
  if (parts.length === 0) return { attributes: {}, json: new Map() };
  const derived = native.derive(Buffer.concat(parts));
  return {
    attributes: Object.fromEntries(
      derived.attributes.map(({ key, value }) => [key, value]),
    ) as never,
    json: new Map(derived.json.map(({ index, json }) => [index, json])),
  };
}
