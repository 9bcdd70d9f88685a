/**
 * OpenTelemetry's `TracerProvider` in front of a recorder, with the two methods of the SDK's
 * provider that apps use: adding a span processor, and flushing.
 */
import type { Tracer } from "@opentelemetry/api";

import { nameText } from "../handoff/stand-ins.js";
import type { CatalystTracerProvider } from "../handle.js";
import type { Recorder, Scope } from "./recorder.js";
import type { SpanProcessor } from "./span-processor.js";
import { within } from "../wait.js";
import { RecordingTracer } from "./tracer.js";

/** Libraries that ask for tracers are few; whoever makes names up must not fill the memory. */
const MAX_KEPT_TRACERS = 1000;

interface Lifecycle {
  flush(): Promise<unknown>;
  shutdown(): Promise<void>;
}

export class RecordingTracerProvider implements CatalystTracerProvider {
  private readonly tracers = new Map<string, RecordingTracer>();
  private readonly processors: SpanProcessor[] = [];

  constructor(
    private readonly recorder: Recorder,
    private readonly lifecycle: Lifecycle,
  ) {}

  getTracer(name: string, version?: string): Tracer {
    const scope: Scope = { name: nameText(name), version: nameText(version) };
    const id = `${scope.name}@${scope.version}`;
    const known = this.tracers.get(id);
    if (known !== undefined) return known;
    const tracer = new RecordingTracer(this.recorder, scope);
    if (this.tracers.size < MAX_KEPT_TRACERS) this.tracers.set(id, tracer);
    return tracer;
  }

  /** Somebody else makes spans with us, or may. */
  get isShared(): boolean {
    return this.tracers.size > 1;
  }

  addSpanProcessor(processor: SpanProcessor): void {
    this.processors.push(processor);
    this.recorder.addProcessor(processor);
  }

  async forceFlush(): Promise<void> {
    await Promise.allSettled([
      this.lifecycle.flush(),
      ...this.processors.map(async (processor) => processor.forceFlush()),
    ]);
  }

  shutdown(): Promise<void> {
    return this.lifecycle.shutdown();
  }

  /** For the end of the lifecycle: processors finish what they have, in that time. */
  async shutdownProcessors(timeoutMs: number): Promise<void> {
    const processors = this.processors.splice(0);
    if (processors.length === 0) return;
    const ends = Promise.allSettled(processors.map(async (processor) => processor.shutdown()));
    await within(ends, timeoutMs);
  }
}
