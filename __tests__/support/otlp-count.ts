// Counts the spans of a request without decoding them, for benches where the collector must cost
// next to nothing. Walks three levels of tags and looks at no span's content, except for its ids
// when asked for them. Trusts the sender; `otlp.ts` is the place for checks.

import { isJson } from "./otlp.js";
import { WireReader, WireType } from "./protobuf.js";

const RESOURCE_SPANS_FIELD = 1;
const SCOPE_SPANS_FIELD = 2;
const SPANS_FIELD = 2;
const SPAN_ID_FIELD = 2;

interface JsonRequest {
  resourceSpans?: { scopeSpans?: { spans?: { spanId?: string }[] }[] }[];
}

export function countSpans(
  body: Uint8Array,
  contentType: string,
  onSpanId?: (spanId: string) => void,
): number {
  return isJson(contentType) ? countJson(body, onSpanId) : countProtobuf(body, onSpanId);
}

function countProtobuf(body: Uint8Array, onSpanId?: (spanId: string) => void): number {
  let count = 0;
  eachMessage(body, RESOURCE_SPANS_FIELD, (resourceSpans) => {
    eachMessage(resourceSpans, SCOPE_SPANS_FIELD, (scopeSpans) => {
      eachMessage(scopeSpans, SPANS_FIELD, (span) => {
        count += 1;
        if (onSpanId !== undefined) {
          eachMessage(span, SPAN_ID_FIELD, (id) => onSpanId(Buffer.from(id).toString("hex")));
        }
      });
    });
  });
  return count;
}

function eachMessage(bytes: Uint8Array, field: number, visit: (inner: Uint8Array) => void): void {
  const reader = new WireReader(bytes);
  while (!reader.done) {
    const tag = reader.tag();
    if (tag.field === field && tag.wireType === WireType.bytes) visit(reader.bytes());
    else reader.skip(tag.wireType);
  }
}

function countJson(body: Uint8Array, onSpanId?: (spanId: string) => void): number {
  const request = JSON.parse(Buffer.from(body).toString("utf8")) as JsonRequest;
  let count = 0;
  for (const resourceSpans of request.resourceSpans ?? []) {
    for (const scopeSpans of resourceSpans.scopeSpans ?? []) {
      for (const span of scopeSpans.spans ?? []) {
        count += 1;
        if (span.spanId !== undefined) onSpanId?.(span.spanId);
      }
    }
  }
  return count;
}
