/**
 * What is known of a span of the SDK's: our span for it, from its start to its end, or to an
 * interruption and on from there, and the context of what happens inside.
 */
import type { Context, Span } from "@opentelemetry/api";

import { inheriting } from "../../capture/inherited.js";
import { placeOf, underneath } from "../../capture/overlay.js";
import { activeContext, withActive } from "../../runtime.js";
import { Attr } from "../../semconv.js";
import { screened, startScreened } from "../../spans/screened.js";
import { setContent, setSpanAttribute } from "../../spans/values.js";
import { type LlmSlot, newSlot, offering, share } from "../llm-slot.js";
import { mayRecordPayloads } from "../payloads.js";
import { spanStateOf } from "./attached.js";
import { describe, isModelCall, startOptionsOf } from "./describe.js";
import { setFailure } from "./failure.js";
import { fillModelCall } from "./model-call.js";
import type { SdkOverlay } from "./overlay.js";
import { chooseParent } from "./parent.js";
import { runAt, type RunScope } from "./run-scope.js";
import { isSpan, placeOfItem, type SdkSpan, type SdkTrace, type SpanData } from "./sdk.js";
import type { TraceState } from "./trace-state.js";

/** Those that a run begins and ends itself, and leaves open when it is interrupted. */
const OF_RUNS = new Set(["agent", "task", "turn"]);

export class SpanState {
  private span: Span | undefined;
  private inside: Context | undefined;
  private slot: LlmSlot | undefined;
  /** False where the span was begun by who called the model. */
  private endsSpan = true;
  private run: RunScope | undefined;
  private hasEnded = false;

  constructor(
    private readonly sdkSpan: SdkSpan,
    private readonly sdkParent: SdkSpan | SdkTrace | undefined,
    readonly trace: TraceState,
    private readonly overlay: SdkOverlay,
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
    const parent = this.parentContext();
    const isCall = isModelCall(spanData);
    const offered = isCall ? share(parent) : undefined;
    if (offered === undefined) this.start(spanData, parent, isCall);
    else this.take(offered, parent);
    this.run = runAt(parent);
    if (OF_RUNS.has(spanData.type)) this.run?.open.add(this);
  }

  private start(spanData: SpanData, parent: Context, isCall: boolean): void {
    const title = describe(spanData).name(spanData);
    const isAgent = spanData.type === "agent";
    const context = isAgent ? inheriting(parent, { [Attr.AGENT_NAME]: title }) : parent;
    const span = startScreened(this.trace.tracer, title, startOptionsOf(spanData), context);
    this.span = span;
    this.inside = withActive(context, span);
    if (isCall) {
      this.slot = newSlot(span);
      this.inside = offering(this.inside, this.slot);
    }
    if (isAgent) this.beginAgent(span, title);
  }

  /** Who called the model has begun a span for the call, and ends it. */
  private take(slot: LlmSlot, context: Context): void {
    this.span = slot.span;
    this.slot = slot;
    this.inside = context;
    this.endsSpan = false;
  }

  private parentContext(): Context {
    const sdkContext = this.parent?.context() ?? this.trace.context();
    const active = underneath(activeContext);
    const sdkParent = placeOfItem(this.sdkParent);
    return chooseParent({
      active,
      enteredAt: placeOf(active, this.overlay),
      sdkParent,
      sdkContext,
    });
  }

  private beginAgent(span: Span, name: string): void {
    const written = screened(span);
    written.setAttribute(Attr.GRAPH_NODE_ID, name);
    written.setAttribute(Attr.GRAPH_NODE_NAME, name);
    const above = this.trace.handedOver.get(name) ?? this.parent?.agent?.sdkSpan.spanData["name"];
    if (typeof above === "string") written.setAttribute(Attr.GRAPH_NODE_PARENT_ID, above);
    const { inside } = this;
    const input = inside === undefined ? undefined : runAt(inside)?.input;
    if (input !== undefined && this.mayRecordPayloads()) setContent(span, "input", input);
  }

  /** As the SDK says what it knows and that it is over; by the span itself or a clone of it. */
  end({ spanData, error }: SdkSpan): void {
    if (this.hasEnded) return;
    const { span } = this;
    const withPayloads = span === undefined || this.mayRecordPayloads();
    this.hasEnded = true;
    if (span === undefined) return;
    this.fill(span, spanData, withPayloads);
    if (error !== null && error !== undefined && this.slot?.isTold !== true) {
      setFailure(span, error, { type: this.type, withPayloads });
      if (this.slot !== undefined) this.slot.isTold = true;
    }
    this.close(span);
  }

  /** The run is over or waits for somebody, and the SDK has not ended this span. */
  suspend(): void {
    const { span } = this;
    if (span === undefined) return;
    this.fill(span, this.sdkSpan.spanData, this.mayRecordPayloads());
    this.close(span);
  }

  private fill(span: Span, spanData: SpanData, withPayloads: boolean): void {
    const { name, fill, isNamedLate } = describe(spanData);
    fill(span, spanData);
    if (isNamedLate === true) screened(span).updateName(name(spanData));
    if (this.slot?.isClaimed === false) {
      if (this.endsSpan) fillModelCall(span, spanData, withPayloads);
      else setSpanAttribute(span, Attr.MODEL_NAME, spanData["model"]);
    }
    if (spanData.type === "handoff") this.noteHandoff(spanData);
  }

  private close(span: Span): void {
    if (this.endsSpan) span.end();
    this.trace.heard();
    this.run?.open.delete(this);
    this.run = undefined;
    this.span = undefined;
    // What begins inside later still belongs there; a model call takes nothing more.
    if (!this.hasEnded || this.slot !== undefined) this.inside = undefined;
  }

  private noteHandoff({ from_agent: from, to_agent: to }: SpanData): void {
    if (typeof from === "string" && typeof to === "string") this.trace.handedOver.set(to, from);
  }
}
