/**
 * Spans of another OpenTelemetry provider, for what this package writes on them. Its exporters know
 * nothing of `hide` and `redact`, and would send what must not leave the process: so that is taken away before
 * it gets there. What the app itself writes on its spans is its own affair.
 */
import type {
  Attributes,
  AttributeValue,
  Exception,
  Link,
  Span,
  SpanContext,
  SpanStatus,
  TimeInput,
} from "@opentelemetry/api";

import { exceptionAttributes } from "../capture/exception.js";
import { RecordingSpan } from "../capture/span.js";
import { loadNative } from "../native.js";
import type { NativePolicy } from "../../index.js";
import { Lookup } from "../options/lookup.js";
import { nativePolicy, resolvePolicy } from "../options/policy.js";
import { whatRuns } from "../runtime.js";
import { Attr } from "../semconv.js";
import { guarded } from "./guard.js";

type Values = readonly { key: string; value: AttributeValue }[];

const KIND = Attr.SPAN_KIND;

/** The span itself where it is ours: what is hidden of it is decided on the native thread. */
export function screened(span: Span): Span {
  if (guarded(() => span instanceof RecordingSpan || span instanceof ScreenedSpan) === true) {
    return span;
  }
  return new ScreenedSpan(span);
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
    const isTime = typeof second === "number" || second instanceof Date || Array.isArray(second);
    if (second === undefined || isTime) this.span.addEvent(name, second, time);
    else this.span.addEvent(name, screen(second, name), time);
    return this;
  }

  recordException(exception: Exception, time?: TimeInput): void {
    this.addEvent("exception", exceptionAttributes(exception), time);
  }

  setStatus(status: SpanStatus): this {
    const { code, message } = status;
    if (message === undefined) this.span.setStatus(status);
    else {
      const shown = screen({ "error.message": message }, null)["error.message"];
      this.span.setStatus({ code, message: typeof shown === "string" ? shown : "" });
    }
    return this;
  }

  spanContext(): SpanContext {
    return this.span.spanContext();
  }

  addLink(link: Link): this {
    this.span.addLink(link);
    return this;
  }

  addLinks(links: Link[]): this {
    this.span.addLinks(links);
    return this;
  }

  updateName(name: string): this {
    this.span.updateName(name);
    return this;
  }

  end(time?: TimeInput): void {
    this.span.end(time);
  }

  isRecording(): boolean {
    return this.span.isRecording();
  }
}

/** What may go out of these attributes; nothing where nobody can say. */
function screen(attributes: Attributes, event: string | null): Attributes {
  const { native } = loadNative();
  if (native === undefined) return {};
  const given: { key: string; value: AttributeValue }[] = [];
  for (const [key, value] of Object.entries(attributes)) {
    if (isPlain(value)) given.push({ key, value });
  }
  const shown = native.screen(given as never, event, policy()) as Values;
  return Object.fromEntries(shown.map(({ key, value }) => [key, value]));
}

function isPlain(value: AttributeValue | undefined): value is AttributeValue {
  if (!Array.isArray(value)) return ["string", "number", "boolean"].includes(typeof value);
  return value.every((item) => item !== null && typeof item === typeof value[0]);
}

let ofEnvironment: NativePolicy | undefined;

/** As `setup()` was told; the environment where nothing was set up. */
function policy(): NativePolicy {
  const running = whatRuns()?.policy;
  return running ?? (ofEnvironment ??= nativePolicy(resolvePolicy(new Lookup({}, process.env))));
}
