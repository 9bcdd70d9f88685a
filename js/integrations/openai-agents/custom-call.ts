/**
 * A call of a model that the app has written, or of another provider's: its span, and what it was
 * asked and answered in the SDK's own terms. Of such a model the SDK makes no span. When the model
 * makes one, or calls an instrumented client, that is written into this one.
 */
import {
  type Context,
  createContextKey,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
} from "@opentelemetry/api";

import { withActive } from "../../runtime.js";
import { Attr, SpanKindValues } from "../../semconv.js";
import { screened } from "../../spans/screened.js";
import { setContent, setJson, stringifyValue } from "../../spans/values.js";
import { recordSpanUsage } from "../../spans/usage.js";
import { guarded } from "../guard.js";
import { type LlmSlot, newSlot, offering } from "../llm-slot.js";
import { mayRecordPayloads } from "../payloads.js";
import { type Fields, fieldsOf } from "../openai/fields.js";
import { withoutCredentials } from "./credentials.js";
import { setMessages } from "./messages.js";

/** Whose method runs. */
const MODEL = createContextKey("catalyst-tracing.openai-agents.model");

export class CustomCall {
  readonly context: Context;
  private readonly slot: LlmSlot;
  private readonly withPayloads: boolean;
  private hasEnded = false;

  constructor(
    private readonly span: Span,
    parent: Context,
    private readonly model: Fields,
    private readonly request: Fields,
  ) {
    this.slot = newSlot(span);
    this.context = offering(withActive(parent, span), this.slot).setValue(MODEL, model);
    this.withPayloads = mayRecordPayloads(parent);
  }

  /** Not for what a method does that has been called by the one that overrides it. */
  static begin(
    tracer: Tracer,
    parent: Context,
    model: unknown,
    request: unknown,
  ): CustomCall | undefined {
    if (parent.getValue(MODEL) === model) return undefined;
    const attributes = {
      [Attr.SPAN_KIND]: SpanKindValues.LLM,
      "openai.agents.span_type": "generation",
    };
    const options = { kind: SpanKind.CLIENT, attributes };
    const span = tracer.startSpan("generation", options, parent);
    return new CustomCall(span, parent, fieldsOf(model), fieldsOf(request));
  }

  respond(response: unknown): void {
    if (this.hasEnded) return;
    guarded(this.span, () => {
      if (this.slot.isClaimed) return;
      this.fillRequest();
      this.fillAnswer(fieldsOf(response));
    });
    this.end();
  }

  fail(error: unknown): void {
    if (this.hasEnded) return;
    guarded(this.span, () => {
      if (!this.slot.isClaimed) this.fillRequest();
      if (!this.slot.isTold) this.fillFailure(error);
    });
    this.end();
  }

  private fillRequest(): void {
    const { span, model, request } = this;
    const name = model["model"] ?? model["modelName"] ?? model["modelId"];
    if (typeof name === "string") screened(span).setAttribute(Attr.MODEL_NAME, name);
    if (!this.withPayloads) return;
    const { systemInstructions, input, modelSettings, tools } = request;
    setContent(span, "input", input);
    setMessages(span, "input", input, systemInstructions);
    if (Object.keys(fieldsOf(modelSettings)).length > 0) {
      setJson(span, Attr.INVOCATION_PARAMETERS, withoutCredentials(modelSettings));
    }
    if (!Array.isArray(tools)) return;
    for (const [index, tool] of tools.entries()) {
      setJson(span, `llm.tools.${index}.tool.json_schema`, withoutCredentials(tool));
    }
  }

  private fillAnswer({ output, usage }: Fields): void {
    const { span } = this;
    recordSpanUsage(span, usage);
    if (!this.withPayloads || output === undefined) return;
    setContent(span, "output", output);
    setMessages(span, "output", output);
  }

  private fillFailure(error: unknown): void {
    const { name, message } = fieldsOf(error);
    const kind = typeof name === "string" && name !== "" ? name : "Error";
    const says = this.withPayloads ? stringifyValue(message ?? error) : kind;
    const span = screened(this.span);
    span.recordException({ name: kind, message: says });
    span.setStatus({ code: SpanStatusCode.ERROR, message: says });
  }

  end(): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    guarded(this.span, () => this.span.end());
  }
}
