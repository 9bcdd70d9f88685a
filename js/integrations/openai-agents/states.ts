/**
 * What is known of a span or trace of the Agents SDK's beyond what it says itself: our span for it,
 * and the context of what happens inside. It hangs on the SDK's object and on the clones of it that
 * contexts hold, so that it lives exactly as long.
 */
import {
  type Context,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from "@opentelemetry/api";

import { asRecord, inheritedAt, inheriting } from "../../capture/inherited.js";
import { placeOf, underneath } from "../../capture/overlay.js";
import { activeContext } from "../../runtime.js";
import { Attr, SpanKindValues } from "../../semconv.js";
import { setContent, stringifyValue } from "../../spans/values.js";
import { type LlmSlot, offering } from "../llm-slot.js";
import { mayRecordPayloads } from "../payloads.js";
import { describe } from "./describe.js";
import { fillModelCall } from "./model-call.js";
import { chooseParent } from "./parent.js";
import { inputOf, joinRun } from "./run-scope.js";
import { isSpan, type SdkSpan, type SdkTrace } from "./sdk.js";

const STATE = Symbol.for("catalyst-tracing.openai-agents.state");

interface Marked {
  [STATE]?: SpanState | TraceState;
}

export function spanStateOf(span: SdkSpan | null | undefined): SpanState | undefined {
  return (span as Marked | null | undefined)?.[STATE] as SpanState | undefined;
}

/** Made when a trace is first met: restored ones are not made by the provider. */
export function traceStateOf(sdkTrace: SdkTrace, tracer: Tracer): TraceState {
  const known = (sdkTrace as Marked)[STATE] as TraceState | undefined;
  if (known !== undefined) return known;
  const state = new TraceState(sdkTrace, tracer);
  mark(sdkTrace, state);
  const { end } = sdkTrace;
  sdkTrace.end = function (this: SdkTrace) {
    state.end();
    return end.call(this);
  };
  return state;
}

export function mark(item: { clone(): object }, state: SpanState | TraceState): void {
  Object.defineProperty(item, STATE, { value: state, configurable: true, writable: true });
  const { clone } = item;
  item.clone = function (this: object) {
    const cloned = clone.call(this) as { clone(): object };
    mark(cloned, state);
    return cloned;
  };
}

/** A trace: one run, or several of them together. */
export class TraceState {
  private root: Span | undefined;
  private inside: Context | undefined;
  private readonly open = new Set<SpanState>();
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

  private begin(): Context {
    const base = underneath(activeContext);
    const { traceId, name, groupId, metadata } = this.sdkTrace;
    const known = asRecord(inheritedAt(base));
    const workflow = typeof name === "string" && name !== "" ? name : "Agent workflow";
    const context = inheriting(base, {
      [Attr.SESSION_ID]: known[Attr.SESSION_ID] ?? textOf(groupId),
      [Attr.METADATA]: known[Attr.METADATA] ?? metadataText(metadata),
      "openai.agents.workflow_name": workflow,
      "openai.agents.trace_id": traceId,
    });
    joinRun(base, this);
    if (trace.getSpanContext(base) !== undefined) return context;
    const attributes = { [Attr.SPAN_KIND]: SpanKindValues.CHAIN };
    this.root = this.tracer.startSpan(workflow, { attributes }, context);
    return trace.setSpan(context, this.root);
  }

  opened(state: SpanState): void {
    this.open.add(state);
  }

  closed(state: SpanState): void {
    this.open.delete(state);
  }

  rootSpan(): Span | undefined {
    return this.root;
  }

  /** Nothing more will happen, or not until the run is resumed. */
  end(): void {
    for (const state of [...this.open].reverse()) state.suspend();
    this.root?.end();
    this.root = undefined;
    this.inside = undefined;
  }
}

/** A span, from its start to its end, or to an interruption and on from there. */
export class SpanState {
  private span: Span | undefined;
  private inside: Context | undefined;
  private slot: LlmSlot | undefined;
  private hasEnded = false;

  constructor(
    private readonly sdkSpan: SdkSpan,
    private readonly sdkParent: SdkSpan | SdkTrace | undefined,
    private readonly trace: TraceState,
  ) {}

  get type(): string {
    return this.sdkSpan.spanData.type;
  }

  /** Our span, while it is open. */
  get current(): Span | undefined {
    return this.span;
  }

  /** The agent that this span is, or that it belongs to. */
  get agent(): SpanState | undefined {
    return this.type === "agent" ? this : this.parent?.agent;
  }

  private get parent(): SpanState | undefined {
    const { sdkParent } = this;
    return sdkParent !== undefined && isSpan(sdkParent) ? spanStateOf(sdkParent) : undefined;
  }

  /** The context of what happens inside; goes on where it was interrupted. */
  context(): Context {
    if (this.inside === undefined && !this.hasEnded) this.begin();
    return this.inside ?? this.parentContext();
  }

  mayRecordPayloads(): boolean {
    return mayRecordPayloads(this.context());
  }

  begin(): void {
    if (this.span !== undefined || this.hasEnded) return;
    const { spanData } = this.sdkSpan;
    const { kind, name } = describe(spanData);
    const isModelCall = spanData.type === "response" || spanData.type === "generation";
    const parent = this.parentContext();
    const title = name(spanData);
    const context =
      spanData.type === "agent" ? inheriting(parent, { "agent.name": title }) : parent;
    const span = this.trace.tracer.startSpan(
      title,
      {
        kind: isModelCall ? SpanKind.CLIENT : SpanKind.INTERNAL,
        attributes: { [Attr.SPAN_KIND]: kind },
      },
      context,
    );
    this.span = span;
    this.inside = trace.setSpan(context, span);
    if (isModelCall) {
      this.slot = { span, isClaimed: false };
      this.inside = offering(this.inside, this.slot);
    }
    if (spanData.type === "agent") this.beginAgent(span, title);
    this.trace.opened(this);
  }

  private parentContext(): Context {
    const sdkContext = this.parent?.context() ?? this.trace.context();
    const active = underneath(activeContext);
    const sdkParent = placeOfItem(this.sdkParent);
    return chooseParent({ active, enteredAt: placeOf(active), sdkParent, sdkContext });
  }

  private beginAgent(span: Span, name: string): void {
    span.setAttribute(Attr.GRAPH_NODE_ID, name);
    span.setAttribute(Attr.GRAPH_NODE_NAME, name);
    const above = this.trace.handedOver.get(name) ?? this.parent?.agent?.sdkSpan.spanData["name"];
    if (typeof above === "string") span.setAttribute(Attr.GRAPH_NODE_PARENT_ID, above);
    const input = this.inside === undefined ? undefined : inputOf(this.inside);
    if (input !== undefined && this.mayRecordPayloads()) setContent(span, "input", input);
  }

  /** As the SDK says what it knows and that it is over. */
  end(): void {
    const { span, sdkSpan } = this;
    this.hasEnded = true;
    if (span === undefined) return;
    const { spanData, error } = sdkSpan;
    describe(spanData).fill(span, spanData);
    if (this.slot?.isClaimed === false) fillModelCall(span, spanData);
    if (spanData.type === "handoff") this.noteHandoff();
    if (error !== null && error !== undefined) setError(span, error, this.mayRecordPayloads());
    this.close(span);
  }

  /** The run is over or waits for somebody, and the SDK has not ended this span. */
  suspend(): void {
    const { span } = this;
    if (span === undefined) return;
    describe(this.sdkSpan.spanData).fill(span, this.sdkSpan.spanData);
    this.close(span);
  }

  private close(span: Span): void {
    span.end();
    this.trace.closed(this);
    this.span = undefined;
    this.inside = undefined;
  }

  private noteHandoff(): void {
    const { from_agent: from, to_agent: to } = this.sdkSpan.spanData;
    if (typeof from === "string" && typeof to === "string") this.trace.handedOver.set(to, from);
  }
}

/** Where the SDK is: its span, else its trace. */
export function placeOfItem(item: SdkSpan | SdkTrace | null | undefined): string | undefined {
  if (item === null || item === undefined) return undefined;
  return isSpan(item) ? item.spanId : item.traceId;
}

function setError(
  span: Span,
  { message, data }: NonNullable<SdkSpan["error"]>,
  withPayloads: boolean,
): void {
  const detail = (data as { error?: unknown } | null | undefined)?.error;
  const says = typeof message === "string" ? message : "error";
  const text = withPayloads && typeof detail === "string" && detail !== "" ? detail : says;
  span.addEvent("exception", { "exception.type": "Error", "exception.message": text });
  span.setStatus({ code: SpanStatusCode.ERROR, message: text });
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function metadataText(metadata: unknown): string | undefined {
  const isEmpty =
    typeof metadata !== "object" || metadata === null || Object.keys(metadata).length === 0;
  return isEmpty ? undefined : stringifyValue(metadata);
}
