/**
 * What is known of a trace of the SDK's: one run, or several of them together. Where no span is
 * active it gets a root of its own, which ends with the trace, or when the SDK does not tell of its
 * end: with the run in which it began, with the function that it was made for, or when the SDK's
 * object has been collected.
 */
import { type Context, type Span, SpanStatusCode, trace, type Tracer } from "@opentelemetry/api";

import { now } from "../../capture/clock.js";
import { asRecord, inheritedAt, inheriting } from "../../capture/inherited.js";
import { underneath } from "../../capture/overlay.js";
import { activeContext, withActive } from "../../runtime.js";
import { Attr, SpanKindValues } from "../../semconv.js";
import { screened, startScreened } from "../../spans/screened.js";
import { stringifyValue } from "../../spans/values.js";
import { faultless } from "../guard.js";
import { inRun, runAt, type RunScope } from "./run-scope.js";
import type { SdkTrace } from "./sdk.js";

/** Of a trace that nobody has named; the SDK's own word for it. */
const UNNAMED = "Agent workflow";

interface Root {
  readonly span: Span;
  /** When something in the trace ended last. */
  heardAt: number;
}

/** The SDK's object is gone and has not told of its end, as when `withTrace()` rejects in 0.1. */
const collected = new FinalizationRegistry<Root>(({ span, heardAt }) => {
  faultless(() => span.end(heardAt));
});

export class TraceState {
  private root: Root | undefined;
  private inside: Context | undefined;
  /** Where it was until it ended: what comes later, such as a resumed run, goes on there. */
  private before: Context | undefined;
  private runs = 0;
  private isOver = false;
  /** The run that it was made in, where no context tells. */
  run: RunScope | undefined;
  /** Which agent handed over to which, for the graph of agents. */
  readonly handedOver = new Map<string, string>();

  constructor(
    private readonly sdkTrace: SdkTrace,
    readonly tracer: Tracer,
  ) {}

  /** The context of what happens in the trace; begins it when nothing has yet. */
  context(): Context {
    return (this.inside ??= this.begin());
  }

  /** The SDK has started it, perhaps anew. */
  start(): void {
    this.isOver = false;
    this.context();
  }

  private begin(): Context {
    const base = this.base();
    const { traceId, name, groupId, metadata } = this.sdkTrace;
    const known = asRecord(inheritedAt(base));
    const workflow = textOf(name) ?? UNNAMED;
    const context = inheriting(base, {
      [Attr.SESSION_ID]: known[Attr.SESSION_ID] ?? textOf(groupId),
      [Attr.METADATA]: known[Attr.METADATA] ?? metadataText(metadata),
      "openai.agents.workflow_name": workflow,
      "openai.agents.trace_id": traceId,
    });
    const run = runAt(base);
    if (run !== undefined && !run.began.has(this)) {
      run.began.add(this);
      this.enter();
    }
    if (trace.getSpanContext(base) !== undefined) return context;
    const { before } = this;
    const former = before === undefined ? undefined : trace.getSpan(before);
    if (former !== undefined) return withActive(context, former);
    const attributes = { [Attr.SPAN_KIND]: SpanKindValues.CHAIN };
    const span = startScreened(this.tracer, workflow, { attributes }, context);
    this.root = { span, heardAt: now() };
    collected.register(this.sdkTrace, this.root, this.root);
    return withActive(context, span);
  }

  /** Where it begins, as far as OpenTelemetry and the run know. */
  private base(): Context {
    const active = underneath(activeContext);
    const { run } = this;
    return run === undefined || runAt(active) !== undefined ? active : inRun(active, run);
  }

  /** A span in it has ended. */
  heard(): void {
    if (this.root !== undefined) this.root.heardAt = now();
  }

  /** A run goes on in it. */
  enter(): void {
    this.runs += 1;
  }

  leave(): void {
    this.runs -= 1;
    this.settle();
  }

  /** Nothing more will happen in it, or not until a run is resumed. */
  over(failure?: string): void {
    this.isOver = true;
    if (failure !== undefined) {
      const status = { code: SpanStatusCode.ERROR, message: failure };
      if (this.root !== undefined) screened(this.root.span).setStatus(status);
    }
    this.settle();
  }

  private settle(): void {
    if (!this.isOver || this.runs > 0) return;
    this.before = this.inside ?? this.before;
    this.inside = undefined;
    const { root } = this;
    this.root = undefined;
    if (root === undefined) return;
    collected.unregister(root);
    root.span.end();
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function metadataText(metadata: unknown): string | undefined {
  const isEmpty =
    typeof metadata !== "object" || metadata === null || Object.keys(metadata).length === 0;
  return isEmpty ? undefined : stringifyValue(metadata);
}
