/**
 * `catalyst-tracing/otel`: for apps that have an OpenTelemetry provider and keep it.
 *
 * The types are structural, so that the processor fits into providers of SDK 1.x and 2.x.
 */
import type { Context } from "@opentelemetry/api";

import type { ForeignResource, ForeignSpan, StartedForeignSpan } from "./capture/foreign-span.js";
import type { CatalystTracing } from "./handle.js";
import { warnOnce } from "./log.js";
import { resolveOptions } from "./options.js";
import type { SetupOptions } from "./options/types.js";
import { countProcessor, type Running, whatRuns } from "./runtime.js";
import { startForProcessor } from "./setup.js";

export type { ForeignSpan, StartedForeignSpan } from "./capture/foreign-span.js";
export type { SetupOptions } from "./options/types.js";

/**
 * Sends the spans of the provider that it is added to. Uses the pipeline of `setup()` where that was
 * called; otherwise it starts one at the first span, with these options, the environment, and the
 * provider's resource. Registers nothing with OpenTelemetry.
 *
 * ```ts
 * new NodeTracerProvider({ spanProcessors: [new CatalystSpanProcessor()] });
 * ```
 */
export class CatalystSpanProcessor {
  private isShutDown = false;
  private hasTried = false;
  /** The pipeline that was started for this processor. */
  private started: CatalystTracing | undefined;

  /** @throws CatalystTracingError for an option that does not exist or is not what it should be */
  constructor(private readonly options: SetupOptions = {}) {
    resolveOptions(options, process.env);
    countProcessor(1);
  }

  /** Gives the span what spans of this package inherit: agent, session, user, `withAttributes()`. */
  onStart(span: StartedForeignSpan, parentContext: Context): void {
    this.running(span)?.foreignSpans.started(span, parentContext, this);
  }

  onEnd(span: ForeignSpan): void {
    this.running(span)?.foreignSpans.ended(span, this);
  }

  /** Resolves when every span that has ended is delivered or given up for now. */
  async forceFlush(): Promise<void> {
    await whatRuns()?.tracing.flush();
  }

  /** Ends the pipeline if it was started for this processor, and `setup()` has not taken it over. */
  async shutdown(): Promise<void> {
    if (this.isShutDown) return;
    this.isShutDown = true;
    countProcessor(-1);
    const running = whatRuns();
    if (this.started === undefined || (running?.tracing === this.started && running.isSetUp)) {
      await this.forceFlush();
    } else {
      await this.started.shutdown();
    }
  }

  private running(span: ForeignSpan): Running | undefined {
    if (this.isShutDown) return undefined;
    if (whatRuns() === undefined && !this.hasTried) {
      this.hasTried = true;
      this.start(span);
    }
    this.hasTried = true;
    return whatRuns();
  }

  private start(span: ForeignSpan): void {
    try {
      const { resource } = span;
      const isPending = resource.asyncAttributesPending === true;
      this.started = startForProcessor(this.options, knownAttributes(resource));
      if (isPending && this.started !== undefined) void this.complete(resource);
    } catch (fault) {
      warnOnce(`CatalystSpanProcessor could not start: ${String(fault)}`);
    }
  }

  /** Detectors may ask files or the network who the host is. */
  private async complete(resource: ForeignResource): Promise<void> {
    try {
      await resource.waitForAsyncAttributes?.();
      if (!this.isShutDown && whatRuns()?.tracing === this.started) {
        startForProcessor(this.options, resource.attributes);
      }
    } catch (fault) {
      warnOnce(`CatalystSpanProcessor goes without some of the resource: ${String(fault)}`);
    }
  }
}

/** What is known now. SDK 2.x logs an error when somebody asks for all attributes too early. */
function knownAttributes(resource: ForeignResource): object {
  if (resource.asyncAttributesPending !== true || resource.getRawAttributes === undefined) {
    return resource.attributes;
  }
  // There the first one of a name counts.
  return Object.fromEntries([...resource.getRawAttributes()].reverse());
}
