/**
 * The functions that `onTrace()` was given, and the traces that they are still to be told. Nothing is
 * gathered while there are none.
 *
 * A hook runs in a turn of the event loop of its own, never in the stack of a span's end; in the
 * async context in which it was registered, because a request's has nothing to do with another's
 * trace; and with tracing suppressed, as the trace of what it does would be told to it, for ever.
 */
import { AsyncResource } from "node:async_hooks";

import { ROOT_CONTEXT } from "@opentelemetry/api";

import type { Recorder } from "../capture/recorder.js";
import { suppressTracing } from "../capture/suppression.js";
import type { FinishedTrace, TraceHook } from "./finished-trace.js";
import { OpenTraces, type TracePart } from "./open-traces.js";
import { RecordedTrace } from "./recorded-trace.js";

// Taken at load: fake timers of a test framework must not keep traces from hooks.
const { queueMicrotask, setImmediate } = globalThis;
const now = performance.now.bind(performance);

/** Then it is the app's turn, though there be more to tell. */
const MAX_TURN_MS = 5;
/** What an app that gives the event loop no turn may pile up here. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024;

interface Registered {
  readonly hook: TraceHook;
  readonly resource: AsyncResource;
}

export class TraceHooks {
  private hooks: readonly Registered[] = [];
  /** From `told` on. */
  private waiting: (TracePart | undefined)[] = [];
  private told = 0;
  private waitingBytes = 0;
  private isScheduled = false;
  private readonly openTraces = new OpenTraces((part) => this.take(part));

  constructor(
    private readonly recorder: Recorder,
    private readonly onFault: (problem: string, fault?: unknown) => void,
  ) {}

  /** Returns the way to end it. */
  add(hook: TraceHook): () => void {
    if (!this.recorder.isRecording) return () => undefined;
    const registered = { hook, resource: new AsyncResource("catalyst-tracing.onTrace") };
    if (this.hooks.length === 0) this.recorder.addProcessor(this.openTraces);
    this.hooks = [...this.hooks, registered];
    return () => this.remove(registered);
  }

  private remove(registered: Registered): void {
    if (!this.hooks.includes(registered)) return;
    this.hooks = this.hooks.filter((other) => other !== registered);
    if (this.hooks.length > 0) return;
    this.recorder.removeProcessor(this.openTraces);
    this.openTraces.clear();
    this.waiting = [];
    this.told = 0;
    this.waitingBytes = 0;
  }

  /** Tells now what is finished. */
  tellFinished(): void {
    while (this.tellNext());
  }

  /** Tells now all that has ended, also of traces that are not finished: there will be no later. */
  tellAll(): void {
    this.openTraces.handOnAll();
    this.tellFinished();
  }

  private take(part: TracePart): void {
    if (this.waitingBytes > MAX_WAITING_BYTES) {
      this.onFault("the event loop was not free for so long that there was no room for a trace");
      return;
    }
    this.waiting.push(part);
    this.waitingBytes += part.bytes;
    this.schedule();
  }

  /** From a microtask: a span may end where the host's stack is nearly used up. */
  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    queueMicrotask(() => setImmediate(() => this.turn()));
  }

  private turn(): void {
    this.isScheduled = false;
    const deadline = now() + MAX_TURN_MS;
    while (this.tellNext() && now() < deadline);
    if (this.waiting.length > 0) this.schedule();
  }

  /** False when none is waiting. */
  private tellNext(): boolean {
    const part = this.next();
    if (part === undefined) return false;
    this.guard("a trace could not be read", () => {
      const trace = new RecordedTrace(part.spans, part.openSpans);
      for (const registered of this.hooks) {
        this.guard("a hook threw", () => this.call(registered, trace));
      }
    });
    return true;
  }

  private next(): TracePart | undefined {
    const part = this.waiting[this.told];
    if (part === undefined) return undefined;
    this.waiting[this.told] = undefined;
    this.told += 1;
    if (this.told === this.waiting.length) {
      this.waiting = [];
      this.told = 0;
    }
    this.waitingBytes -= part.bytes;
    return part;
  }

  private call({ hook, resource }: Registered, trace: FinishedTrace): void {
    const context = suppressTracing(ROOT_CONTEXT);
    const { contexts } = this.recorder;
    resource.runInAsyncScope(() => {
      const result = contexts.with(context, () => hook(trace));
      if (isThenable(result)) {
        void Promise.resolve(result).then(undefined, (fault: unknown) => {
          this.onFault("a hook rejected", fault);
        });
      }
    });
  }

  private guard(problem: string, act: () => void): void {
    try {
      act();
    } catch (fault) {
      this.onFault(problem, fault);
    }
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value;
}
