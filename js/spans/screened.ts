/**
 * Spans of another OpenTelemetry provider, for what this package writes on them. Its exporters know
 * nothing of `hide` and `redact`, and would send what must not leave the process: so that is taken
 * away before it gets there. What the app itself writes on its spans is its own affair.
 */
import type {
  Attributes,
  AttributeValue,
  Context,
  Exception,
  Link,
  Span,
  SpanContext,
  SpanOptions,
  SpanStatus,
  TimeInput,
  Tracer,
} from "@opentelemetry/api";

import { exceptionAttributes } from "../capture/exception.js";
import { isRecordingSpan } from "../capture/span.js";
import { loadNative } from "../native.js";
import type { NativePolicy } from "../../index.js";
import { Lookup } from "../options/lookup.js";
import { nativePolicy, resolvePolicy } from "../options/policy.js";
import { type Running, whatRuns } from "../runtime.js";
import { Attr } from "../semconv.js";
import { guarded } from "./guard.js";

type Values = readonly { key: string; value: AttributeValue }[];

const KIND = Attr.SPAN_KIND;

/**
 * The span itself where it is ours: what is hidden of it is decided on the native thread. So too
 * where it records nothing.
 */
export function screened(span: Span): Span {
  if (isRecordingSpan(span)) return span;
  const isAsItIs = guarded(
    () => span instanceof ScreenedSpan || (span as Partial<Span>).isRecording?.() === false,
  );
  return isAsItIs === true ? span : new ScreenedSpan(span);
}

/** Starts a span of any tracer. Whose it is, is known only then: so its name is put right after. */
export function startScreened(
  tracer: Tracer,
  name: string,
  options: SpanOptions,
  context: Context,
): Span {
  const span = tracer.startSpan(name, options, context);
  if (isRecordingSpan(span)) return span;
  guarded(() => {
    const own = screened(span);
    if (own === span) return;
    const shown = screenText("span.name", name);
    if (shown !== name) span.updateName(shown);
  });
  return span;
}

class ScreenedSpan implements Span {
  constructor(private readonly span: Span) {}

  setAttribute(key: string, value: AttributeValue): this {
    return this.setAttributes({ [key]: value });
  }

  setAttributes(attributes: Attributes): this {
    const kind = (this.span as { attributes?: Attributes }).attributes?.[KIND];
    const own = attributes[KIND] ?? kind;
    const shown = screen({ ...attributes, ...(own !== undefined && { [KIND]: own }) }, null);
    if (attributes[KIND] === undefined) delete shown[KIND];
    // One after the other: some SDKs have spans whose `setAttributes` is another tool's.
    for (const [key, value] of Object.entries(shown)) {
      if (value !== undefined) this.span.setAttribute(key, value);
    }
    return this;
  }

  addEvent(name: string, second?: Attributes | TimeInput, time?: TimeInput): this {
    const shown = screenText("event.name", name);
    const isTime = typeof second === "number" || second instanceof Date || Array.isArray(second);
    if (second === undefined || isTime) this.span.addEvent(shown, second, time);
    else this.span.addEvent(shown, screen(second, name), time);
    return this;
  }

  recordException(exception: Exception, time?: TimeInput): void {
    this.addEvent("exception", exceptionAttributes(exception), time);
  }

  setStatus(status: SpanStatus): this {
    const { code, message } = status;
    if (message === undefined) this.span.setStatus(status);
    else this.span.setStatus({ code, message: screenText("error.message", message) });
    return this;
  }

  spanContext(): SpanContext {
    return this.span.spanContext();
  }

  addLink(link: Link): this {
    this.span.addLink(screenLink(link));
    return this;
  }

  addLinks(links: Link[]): this {
    this.span.addLinks(links.map(screenLink));
    return this;
  }

  updateName(name: string): this {
    this.span.updateName(screenText("span.name", name));
    return this;
  }

  end(time?: TimeInput): void {
    this.span.end(time);
  }

  isRecording(): boolean {
    return this.span.isRecording();
  }
}

function screenLink(link: Link): Link {
  return link.attributes === undefined
    ? link
    : { ...link, attributes: screen(link.attributes, null) };
}

/** @param key - by which it is judged */
function screenText(key: string, text: string): string {
  const shown = screen({ [key]: text }, null)[key];
  return typeof shown === "string" ? shown : "";
}

/**
 * What may go out of these attributes; nothing where nobody can say.
 * @param event - the name of the event that they are of
 */
export function screen(attributes: Attributes, event: string | null = null): Attributes {
  const { native } = loadNative();
  if (native === undefined) return {};
  const given: { key: string; value: AttributeValue }[] = [];
  for (const [key, value] of Object.entries(attributes)) {
    if (isPlain(value)) given.push({ key, value });
  }
  const running = whatRuns();
  const shown = native.screen(given as never, event, policy(running));
  if (running?.counts !== undefined) {
    running.counts.redacted += shown.redacted;
    running.counts.failures += shown.failures;
  }
  return Object.fromEntries((shown.attributes as Values).map(({ key, value }) => [key, value]));
}

function isPlain(value: AttributeValue | undefined): value is AttributeValue {
  if (!Array.isArray(value)) return ["string", "number", "boolean"].includes(typeof value);
  return value.every((item) => item !== null && typeof item === typeof value[0]);
}

let ofEnvironment: NativePolicy | undefined;

/** As `setup()` was told; the environment where nothing was set up. */
function policy(running: Running | undefined): NativePolicy {
  return (
    running?.policy ?? (ofEnvironment ??= nativePolicy(resolvePolicy(new Lookup({}, process.env))))
  );
}
