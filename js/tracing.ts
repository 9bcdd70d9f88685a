/**
 * The handle of a pipeline that runs, from its first span to `shutdown()`.
 */
import { Buffer } from "node:buffer";
import { isMainThread } from "node:worker_threads";

import { trace, type Tracer } from "@opentelemetry/api";

import { AsyncContextManager, type ContextAccess } from "./capture/context-manager.js";
import { ForeignSpans } from "./capture/foreign.js";
import { linked } from "./capture/linked-context.js";
import { overlaid } from "./capture/overlay.js";
import { enter } from "./capture/own-span.js";
import { choosePropagator } from "./capture/propagation.js";
import { RecordingTracerProvider } from "./capture/provider.js";
import { type DerivedParts, Recorder } from "./capture/recorder.js";
import { createSampler } from "./capture/sampler.js";
import type { TextCounts } from "./capture/text-counts.js";
import { TextRules } from "./capture/text-rules.js";
import { RecordingSpan } from "./capture/span.js";
import type { NativePolicy } from "../index.js";
import { Engine } from "./engine.js";
import { describeValue } from "./errors.js";
import { endReason, finishAll } from "./exits/endings.js";
import { ProcessEnd } from "./exits/process-end.js";
import { endUnfinished } from "./exits/unfinished.js";
import type { CatalystTracing } from "./handle.js";
import { debugLine, warnOnce } from "./log.js";
import type { TraceHook } from "./hooks/finished-trace.js";
import { checkHook } from "./hooks/check-hook.js";
import { TraceHooks } from "./hooks/trace-hooks.js";
import type { InstallResult } from "./integrations/install.js";
import type { Native } from "./native.js";
import { endpointOf, PACKAGE_VERSION, type ResolvedOptions } from "./options.js";
import { nativePolicy } from "./options/policy.js";
import {
  describeRegistration,
  globalProvider,
  type Registration,
  register,
  registered,
  type Role,
} from "./registration.js";
import { type Pricing, pricingOf } from "./pricing.js";
import { readableResource } from "./resource.js";
import { announce, hasProcessor, withdraw } from "./runtime.js";
import { recordFailure } from "./spans/run.js";
import { screen } from "./spans/screened.js";
import type { FlushResult, TracingStats } from "./stats.js";
import { durationOr } from "./wait.js";

/** A round of a batch takes up to its `timeoutMs`, so by then it is known what became of it. */
const FLUSH_MARGIN_MS = 1000;
const SHUTDOWN_MS = 5000;

const SCOPE_NAME = "catalyst-tracing";

export class Tracing implements CatalystTracing {
  readonly provider: RecordingTracerProvider;
  readonly tracer: Tracer;
  installResults: InstallResult[] = [];
  private readonly engine: Engine;
  private readonly recorder: Recorder;
  private readonly textCounts: TextCounts = { redacted: 0, failures: 0 };
  private readonly foreignSpans: ForeignSpans;
  private readonly traceHooks: TraceHooks;
  private registration: Registration | undefined;
  /** Set once `shutdown()` has been called. */
  ending: Promise<void> | undefined;
  private readonly processEnd: ProcessEnd;
  /** For what is written on spans of other providers. */
  private policy: NativePolicy;

  constructor(
    native: Native,
    private options: ResolvedOptions,
    /** False when a span processor of another provider started it, until `setup()` is called. */
    public isSetUp: boolean,
    private readonly onEnd: () => void,
  ) {
    this.engine = new Engine(native);
    this.engine.configure(options);
    this.policy = nativePolicy(options);
    this.recorder = new Recorder({
      outbox: this.engine.outbox,
      sampler: createSampler(options.sampler),
      resource: readableResource(options.resource as never),
      derive: (parts) => derive(native, parts),
      onFault: (fault) => this.reportFault(fault),
    });
    this.recorder.pricing = this.pricing();
    this.recorder.hasOtherProvider = () => {
      const provider = globalProvider();
      return provider !== undefined && provider !== this.provider;
    };
    this.takeTextRules(options);
    this.foreignSpans = new ForeignSpans(this.recorder, screen);
    this.traceHooks = new TraceHooks(this.recorder, (problem, fault) =>
      this.reportHookFault(problem, fault),
    );
    this.provider = new RecordingTracerProvider(this.recorder, {
      flush: () => this.flush(),
      shutdown: () => this.shutdown(),
    });
    this.tracer = this.provider.getTracer(SCOPE_NAME, PACKAGE_VERSION);
    this.register();
    this.processEnd = new ProcessEnd(
      {
        finish: (maxMs) => this.flushAtExit(maxMs),
        hurry: () => this.recorder.guard(() => this.engine.hurry()),
        fail: (error) => this.failActiveSpan(error),
      },
      {
        guard: (signal) => native.guardSignal(signal, this.options.exitFlushMs),
        answer: (signal) => native.answerSignal(signal),
      },
    );
    this.watchProcessEnd();
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
    return endpointOf(this.options);
  }

  /** Sends what comes from now on where these options say. */
  reconfigure(options: ResolvedOptions, isSetUp = true): void {
    this.engine.configure(options);
    const isElsewhere = options.register !== this.options.register || isSetUp !== this.isSetUp;
    this.options = options;
    this.policy = nativePolicy(options);
    this.isSetUp = isSetUp;
    if (isElsewhere) {
      this.registration?.undo();
      this.register();
    }
    this.takeTextRules(options);
    this.recorder.sampler = createSampler(options.sampler);
    this.recorder.pricing = this.pricing();
    this.recorder.resource = readableResource(options.resource as never);
    this.watchProcessEnd();
  }

  private pricing(): Pricing | undefined {
    const { native, outbox } = this.engine;
    return this.options.cost === null ? undefined : pricingOf(native, outbox.slot);
  }

  flush(timeoutMs?: number): Promise<FlushResult> {
    this.traceHooks.tellFinished();
    const rounds = this.options.destinations.map(({ otlp }) => otlp?.timeoutMs ?? 0);
    return this.engine.flush(durationOr(timeoutMs, Math.max(...rounds) + FLUSH_MARGIN_MS));
  }

  forceFlush(): Promise<void> {
    return this.provider.forceFlush();
  }

  stats(): TracingStats {
    const stats = this.engine.stats();
    const { redacted, failures } = this.textCounts;
    const redactionFailures = stats.redactionFailures + failures;
    return { ...stats, redacted: stats.redacted + redacted, redactionFailures };
  }

  onTrace(hook: TraceHook): () => void {
    checkHook(hook);
    return this.traceHooks.add(hook);
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
      this.traceHooks.tellAll();
      withdraw(this);
      this.registration?.undo();
      this.recorder.close();
      await this.engine.shutdown(timeoutMs);
    } catch (fault) {
      this.reportFault(fault);
    } finally {
      this.processEnd.stop();
      this.onEnd();
    }
  }

  private register(): void {
    const own = new AsyncContextManager();
    const held = this.registerWith(own);
    const isAlone = held.includes("trace") && held.includes("context");
    this.settle(isAlone ? own : sharedContexts(own), isAlone ? own : undefined);
    // Who clears our place makes room for somebody else.
    own.onDisable = () => this.settle(sharedContexts(own), undefined);
  }

  /** Takes its place in OpenTelemetry's API, as far as it should; returns the roles it has there. */
  private registerWith(manager: AsyncContextManager): readonly Role[] {
    const mode = this.options.register;
    this.registration = undefined;
    if (mode === false) return [];
    const { propagator, warnings } = choosePropagator(process.env["OTEL_PROPAGATORS"]);
    for (const warning of warnings) warnOnce(warning);
    const candidates = { trace: this.provider, context: manager, propagation: propagator };
    this.registration = register(candidates, mode === true);
    const message = describeRegistration(this.registration, hasProcessor());
    if (message !== undefined) warnOnce(message, "registration");
    return this.registration.held;
  }

  /** @param alone - where no spans but ours can be made through OpenTelemetry's API */
  private settle(contexts: ContextAccess, alone: AsyncContextManager | undefined): void {
    if (this.ending !== undefined) return;
    const { recorder, foreignSpans, isSetUp, provider } = this;
    const isAlone = alone !== undefined;
    recorder.contexts = contexts;
    recorder.isBeside = !isAlone;
    // As it is when it is asked for: a second `setup()` may say otherwise.
    const policy = (): NativePolicy => this.policy;
    announce({
      tracing: this,
      contexts,
      isSetUp,
      foreignSpans,
      isUnwatched: () => alone?.isIdle === true && !provider.isShared,
      get policy() {
        return policy();
      },
      counts: this.textCounts,
      enter: isAlone ? (context, span) => trace.setSpan(linked(context), span) : enter,
    });
  }

  /** The only moment at which a `process.exit()` or an uncaught error leaves time for anything. */
  private flushAtExit(maxMs: number | null): void {
    const { recorder } = this;
    recorder.guard(finishAll);
    recorder.guard(() => endUnfinished(recorder.openSpans(), endReason()));
    recorder.guard(() => this.traceHooks.tellAll());
    const { outbox } = this.engine;
    // When a worker ends the process goes on, and with it the native thread.
    recorder.guard(() => (isMainThread ? outbox.flushAtEnd(maxMs) : outbox.submit()));
  }

  /** What is kept in this process needs no more than it has. */
  private watchProcessEnd(): void {
    const { exitFlushMs, inMemory } = this.options;
    const isAware = exitFlushMs > 0 && !inMemory;
    this.recorder.knowsOpenSpans = isAware;
    this.processEnd.update(isAware);
  }

  /** An error that nobody catches was thrown, perhaps inside a span. */
  private failActiveSpan(error: unknown): void {
    this.recorder.guard(() => {
      const span = trace.getSpan(this.recorder.contexts.active());
      if (span instanceof RecordingSpan && span.isRecording()) recordFailure(span, error);
    });
  }

  private reportFault(fault: unknown): void {
    warnOnce("a fault inside tracing was kept from the app; stats().faults counts them", "fault");
    this.debugFault(fault);
  }

  private takeTextRules({ redact }: ResolvedOptions): void {
    const functions = redact?.functions ?? [];
    const onFailure = (problem: string): void => this.reportRedaction(problem);
    this.recorder.setTextRules(
      functions.length === 0 ? undefined : new TextRules(functions, this.textCounts, onFailure),
    );
  }

  private reportRedaction(problem: string): void {
    warnOnce(
      `redact: ${problem}, so __REDACTED__ was sent; stats().redactionFailures counts them`,
      "redact function",
    );
  }

  private reportHookFault(problem: string, fault: unknown): void {
    this.engine.outbox.countFault();
    const why = fault === undefined ? "" : `: ${describeFault(fault)}`;
    warnOnce(`onTrace(): ${problem}${why}. stats().faults counts them`, `onTrace: ${problem}`);
    this.debugFault(fault);
  }

  private debugFault(fault: unknown): void {
    if (this.options.debug && fault !== undefined) debugLine(stackOf(fault));
  }
}

/** OpenTelemetry's context manager while there is one, of whatever version; else our own. */
function sharedContexts(own: AsyncContextManager): ContextAccess {
  const manager = (): ContextAccess => registered("context") ?? own;
  return overlaid({
    active: () => manager().active(),
    with: (context, fn, thisArg, ...args) => manager().with(context, fn, thisArg, ...args),
  });
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

/** What somebody's code threw can be anything, and throw in its turn when it is looked at. */
function describeFault(fault: unknown): string {
  try {
    return fault instanceof Error ? String(fault) : describeValue(fault);
  } catch {
    return "something that cannot be shown";
  }
}

function stackOf(fault: unknown): string {
  try {
    return fault instanceof Error ? `${fault.stack}` : String(fault);
  } catch {
    return describeFault(fault);
  }
}
