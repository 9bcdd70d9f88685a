// Compares what is named and passes over the rest, for answers of which a test is about a part.

import assert from "node:assert/strict";

/** Objects may have more members than expected, and arrays more elements; values are equal. */
export function assertHas(actual: unknown, expected: unknown): void {
  assert.deepEqual(part(actual, expected), expected);
}

/** Of `actual`, what `expected` names. */
function part(actual: unknown, expected: unknown): unknown {
  if (Array.isArray(actual) && Array.isArray(expected)) {
    return expected.map((item, index) => part(actual[index], item));
  }
  if (!isObject(actual) || !isObject(expected)) return actual;
  return Object.fromEntries(
    Object.entries(expected).map(([key, value]) => [key, part(actual[key], value)]),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
