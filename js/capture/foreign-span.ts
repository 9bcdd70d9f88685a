/**
 * What span processors of OpenTelemetry's SDK get: the part that is read here, in types of the API
 * alone, so that spans of SDK 1.x and 2.x fit.
 */
import type {
  Attributes,
  AttributeValue,
  Context,
  HrTime,
  Link,
  SpanContext,
  SpanKind,
  SpanStatus,
} from "@opentelemetry/api";

interface ForeignScope {
  readonly name: string;
  readonly version?: string | undefined;
}

export interface ForeignEvent {
  readonly name: string;
  readonly time: HrTime;
  readonly attributes?: Attributes | undefined;
}

export interface ForeignResource {
  readonly attributes: object;
  readonly asyncAttributesPending?: boolean | undefined;
  waitForAsyncAttributes?(): Promise<void> | undefined;
  /** In 2.x. */
  getRawAttributes?(): readonly (readonly [string, unknown])[];
}

/** `ReadableSpan` of OpenTelemetry's SDK, 1.x and 2.x: what both have, and what each calls its own. */
export interface ForeignSpan {
  readonly name: string;
  readonly kind: SpanKind;
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly status: SpanStatus;
  readonly attributes: Attributes;
  readonly events: readonly ForeignEvent[];
  readonly links: readonly Link[];
  readonly droppedAttributesCount: number;
  readonly droppedEventsCount: number;
  readonly droppedLinksCount: number;
  readonly resource: ForeignResource;
  /** In 2.x. */
  readonly parentSpanContext?: SpanContext | undefined;
  readonly instrumentationScope?: ForeignScope | undefined;
  /** In 1.x. */
  readonly parentSpanId?: string | undefined;
  readonly instrumentationLibrary?: ForeignScope | undefined;
  spanContext(): SpanContext;
}

/** A span of another SDK that has just started. */
export interface StartedForeignSpan extends ForeignSpan {
  setAttribute(key: string, value: AttributeValue): unknown;
}

/** Where span processors bring such spans; `by` is the processor, of which a provider may have two. */
export interface ForeignSpanSink {
  started(span: StartedForeignSpan, context: Context, by: object): void;
  ended(span: ForeignSpan, by: object): void;
}
