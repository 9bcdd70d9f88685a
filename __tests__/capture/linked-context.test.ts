// Contexts of ours are chains of what was set. They say what OpenTelemetry's own would, after any
// number of changes, to whoever holds one of them.

import assert from "node:assert/strict";
import { test } from "node:test";

import { type Context, createContextKey, ROOT_CONTEXT, trace } from "@opentelemetry/api";

import { linked } from "../../js/capture/linked-context.js";

const FIRST = createContextKey("key 0");
const KEYS = [FIRST, ...Array.from({ length: 6 }, (_, at) => createContextKey(`key ${at + 1}`))];
const CHANGES = 500;

/** The same numbers each time. */
function* numbers(): Generator<number, never> {
  for (let state = 20_261; ;) {
    state = (state * 48_271) % 0x7fff_ffff;
    yield state;
  }
}

test("a chain says what a copy says, and keeps saying it", () => {
  const base = ROOT_CONTEXT.setValue(FIRST, "of the base");
  const made: [chain: Context, copy: Context][] = [[linked(base), base]];
  const random = numbers();
  const upTo = (bound: number): number => random.next().value % bound;
  for (let change = 0; change < CHANGES; change++) {
    // Mostly on from the last one, or no chain would get long.
    const [chain, copy] = (upTo(4) === 0 ? made[upTo(made.length)] : made.at(-1)) ?? [base, base];
    const key = KEYS[upTo(KEYS.length)] ?? FIRST;
    made.push(
      upTo(5) === 0
        ? [chain.deleteValue(key), copy.deleteValue(key)]
        : [chain.setValue(key, change), copy.setValue(key, change)],
    );
  }
  for (const [chain, copy] of made) {
    for (const key of KEYS) assert.equal(chain.getValue(key), copy.getValue(key));
  }
});

test("OpenTelemetry's API finds its own values in a chain", () => {
  const span = trace.wrapSpanContext({
    traceId: "1".repeat(32),
    spanId: "2".repeat(16),
    traceFlags: 1,
  });
  const inside = trace.setSpan(linked(ROOT_CONTEXT), span);
  assert.equal(trace.getSpan(inside.setValue(FIRST, 1)), span);
  assert.equal(trace.getSpan(trace.deleteSpan(inside)), undefined);
});

test("a context that is a chain already is not made one", () => {
  const chain = linked(ROOT_CONTEXT);
  assert.equal(linked(chain), chain);
  assert.notEqual(linked(ROOT_CONTEXT), chain);
});
