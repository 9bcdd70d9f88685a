/**
 * Functions among the rules of `redact`: they are the app's code, so they run here, on the event loop,
 * over every text of a span that has ended. Such a span is written with plain attributes: what its
 * requests and responses become is derived on the spot, and no snapshot of them crosses.
 *
 * Fails closed: where a function throws or returns no string, `__REDACTED__` stands. What it threw is
 * not told, because it may quote the text. Functions run with tracing suppressed, or the span of what
 * one does would be its next.
 */
import {
  type AttributeValue,
  type Attributes,
  type Context,
  type Link,
  ROOT_CONTEXT,
} from "@opentelemetry/api";

import type { RedactFunction } from "../options/redact-types.js";
import type { ContextAccess } from "./context-manager.js";
import type { RecordedEvent, RecordingSpan } from "./span.js";
import { suppressTracing } from "./suppression.js";
import type { TextCounts } from "./text-counts.js";

const HIDDEN = "__REDACTED__";

/** What functions get as the key of what is no attribute. */
const KEYS = { name: "name", status: "status.message", event: "event.name" } as const;

export class TextRules {
  private readonly quiet: Context = suppressTracing(ROOT_CONTEXT);

  /** @param onFailure - told each time, with a clause that does not quote the text */
  constructor(
    private readonly functions: readonly RedactFunction[],
    private readonly counts: TextCounts,
    private readonly onFailure: (problem: string) => void,
  ) {}

  /** The span as it may be written: without parts, with every text as the functions leave it. */
  apply(span: RecordingSpan, contexts: ContextAccess): RecordingSpan {
    return contexts.with(this.quiet, () => this.redact(span));
  }

  private redact(span: RecordingSpan): RecordingSpan {
    const { statusMessage, recordedEvents, recordedLinks } = span;
    const entries: unknown[] = [];
    for (const [key, value] of Object.entries(this.attributes(span.attributes))) {
      entries.push(key, value);
    }
    // All else is the span's own.
    return Object.create(span, {
      entries: { value: entries },
      parts: { value: 0 },
      name: { value: this.text(span.name, KEYS.name) },
      statusMessage: {
        value: statusMessage === undefined ? undefined : this.text(statusMessage, KEYS.status),
      },
      recordedEvents: { value: recordedEvents?.map((event) => this.event(event)) },
      recordedLinks: { value: recordedLinks?.map((link) => this.link(link)) },
    }) as RecordingSpan;
  }

  private event({ name, at, attributes }: RecordedEvent): RecordedEvent {
    return { name: this.text(name, KEYS.event), at, attributes: this.attributes(attributes) };
  }

  private link({ context, attributes = {} }: Link): Link {
    return { context, attributes: this.attributes(attributes) };
  }

  private attributes(given: Attributes): Attributes {
    const attributes: Attributes = {};
    for (const [key, value] of Object.entries(given)) attributes[key] = this.value(value, key);
    return attributes;
  }

  /** Texts, and the texts in a list. */
  private value(value: AttributeValue | undefined, key: string): AttributeValue | undefined {
    if (typeof value === "string") return this.text(value, key);
    if (!Array.isArray(value)) return value;
    return value.map((item) =>
      typeof item === "string" ? this.text(item, key) : item,
    ) as string[];
  }

  private text(given: string, key: string): string {
    let text: unknown = given;
    try {
      for (const rule of this.functions) {
        text = rule(text as string, key);
        if (typeof text !== "string") return this.fail(text);
      }
    } catch (fault) {
      return this.hide(`a function threw${kindOf(fault)}`);
    }
    if (text !== given) this.counts.redacted += 1;
    return text as string;
  }

  private fail(returned: unknown): string {
    if (!isThenable(returned))
      return this.hide(`a function returned no string (${typeof returned})`);
    // It is of no use, and its rejection must not end the process.
    Promise.resolve(returned).catch(() => undefined);
    return this.hide("a function returned a promise, for which no span can wait");
  }

  private hide(problem: string): string {
    this.counts.failures += 1;
    this.onFailure(problem);
    return HIDDEN;
  }
}

function kindOf(fault: unknown): string {
  return fault instanceof TypeError || fault instanceof RangeError ? ` a ${fault.name}` : "";
}

function isThenable(value: unknown): boolean {
  return typeof value === "object" && value !== null && "then" in value;
}
