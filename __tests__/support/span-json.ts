// Decoded spans as JSON and back, for the collector in another process: JSON has neither bigints
// nor bytes.

import type { DecodedSpan } from "./otlp.js";

export function stringifySpans(spans: readonly DecodedSpan[]): string {
  return JSON.stringify(spans, (_key, value: unknown) => {
    if (typeof value === "bigint") return { $bigint: value.toString() };
    if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString("hex") };
    return value;
  });
}

export function parseSpans(json: string): DecodedSpan[] {
  return JSON.parse(json, (_key, value: unknown) => {
    if (typeof value !== "object" || value === null) return value;
    if ("$bigint" in value && typeof value.$bigint === "string") return BigInt(value.$bigint);
    if ("$bytes" in value && typeof value.$bytes === "string") {
      return new Uint8Array(Buffer.from(value.$bytes, "hex"));
    }
    return value;
  }) as DecodedSpan[];
}
