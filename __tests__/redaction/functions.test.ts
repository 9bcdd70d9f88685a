// Functions among the rules: what they are called with, what stands when they fail, and what of a span
// stays as it was.
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { SpanStatusCode } from "@opentelemetry/api";
import { createTestTracing } from "catalyst-tracing/testing";
import { manualSpan, setup, type RedactFunction } from "catalyst-tracing";

import { traced } from "../capture/traced.js";
import { startCollector } from "../support/collector.js";
import { runProgram } from "../support/subprocess.js";

const HIDDEN = "__REDACTED__";
const AT = { traceId: "a".repeat(32), spanId: "b".repeat(16), traceFlags: 1 };

test("a function gets every text of a span with its key, and says what is sent", async () => {
  const seen: string[] = [];
  const shout: RedactFunction = (value, key) => {
    seen.push(`${key}=${value}`);
    return value.toUpperCase();
  };
  await traced(
    async ({ tracer, only, tracing }) => {
      const span = tracer.startSpan("step");
      span.setAttributes({ text: "a", list: ["b", "c"], count: 3, flag: true });
      span.setAttribute("input.value", { deep: ["d"] } as never);
      span.addEvent("happened", { why: "e" });
      span.addLink({ context: AT, attributes: { to: "f" } });
      span.setStatus({ code: SpanStatusCode.ERROR, message: "g" });
      span.end();
      const arrived = await only();
      assert.equal(arrived.name, "STEP");
      assert.deepEqual(arrived.attributes, {
        text: "A",
        list: ["B", "C"],
        count: 3,
        flag: true,
        "input.value": '{"DEEP":["D"]}',
      });
      assert.deepEqual(
        arrived.events.map(({ name, attributes }) => [name, attributes["why"]]),
        [["HAPPENED", "E"]],
      );
      assert.equal(arrived.links[0]?.attributes["to"], "F");
      assert.equal(arrived.status.message, "G");
      assert.equal(arrived.droppedAttributesCount, 0);
      const wanted = [
        "name=step",
        "text=a",
        "list=b",
        "list=c",
        'input.value={"deep":["d"]}',
        "event.name=happened",
        "why=e",
        "to=f",
        "status.message=g",
      ];
      assert.deepEqual(seen.sort(), wanted.sort());
      assert.equal(tracing.stats().redacted, wanted.length);
    },
    { redact: [shout] },
  );
});

test("functions run in their order, and the other rules after them", async () => {
  await traced(
    async ({ tracer, only }) => {
      tracer.startSpan("s", { attributes: { text: "x" } }).end();
      assert.equal((await only()).attributes["text"], "<xyz>");
    },
    { redact: [{ pattern: /xyz/, replace: "<$&>" }, (text) => `${text}y`, (text) => `${text}z`] },
  );
});

const failures: [name: string, rule: unknown][] = [
  [
    "throws",
    () => {
      throw new Error("with the secret in it");
    },
  ],
  ["returns nothing", () => undefined],
  ["returns a promise", () => Promise.resolve("x")],
  ["returns a promise that is rejected", () => Promise.reject(new Error("later"))],
  ["is async", async (value: string) => value],
];

describe("a text is hidden and counted when its function", () => {
  for (const [name, rule] of failures) {
    test(name, async () => {
      await traced(
        async ({ tracer, only, tracing }) => {
          tracer.startSpan("s", { attributes: { text: "secret", n: 1 } }).end();
          const { attributes, name: shown } = await only();
          assert.deepEqual(attributes, { text: HIDDEN, n: 1 });
          assert.equal(shown, HIDDEN);
          assert.equal(tracing.stats().redactionFailures, 2);
          assert.equal(tracing.stats().lost, 0);
        },
        { redact: [rule as RedactFunction] },
      );
    });
  }
});

test("a failing function is told once, without what it threw", async () => {
  const { stderr } = await runProgram(`
    import { setup } from "catalyst-tracing";
    const redact = [() => { throw new TypeError("the text was hunter2"); }];
    const tracing = await setup({ endpoint: "http://127.0.0.1:9", exitFlushMs: 0, redact, debug: true });
    for (const name of ["a", "b", "c"]) tracing.tracer.startSpan(name).end();
    await tracing.shutdown(1);
  `);
  assert.equal(stderr.match(/redact: a function threw a TypeError/g)?.length, 1, stderr);
  assert.doesNotMatch(stderr, /hunter2/);
});

test("spans that a function makes are not traced, so that it is not called for them", async () => {
  let calls = 0;
  const rule: RedactFunction = (value) => {
    calls += 1;
    assert.ok(calls < 10);
    void manualSpan({ spanName: "inside" }, () => undefined);
    return value;
  };
  await traced(
    async ({ tracer, only }) => {
      tracer.startSpan("s").end();
      await only();
      assert.equal(calls, 1);
    },
    { redact: [rule] },
  );
});

describe("a span that is open while functions are", () => {
  test("added goes through them, without what crossed before", async () => {
    await using collector = await startCollector();
    const options = { endpoint: collector.url, autoInstrument: false };
    const tracing = await setup(options);
    try {
      const span = tracing.tracer.startSpan("s");
      span.setAttribute("early", { secret: 1 } as never);
      await setup({ ...options, redact: [(text) => text.replaceAll("secret", "x")] });
      span.setAttribute("late", { secret: 2 } as never);
      span.setAttribute("text", "secret");
      span.end();
      await tracing.flush();
      assert.deepEqual(collector.spans[0]?.attributes, { late: '{"x":2}', text: "x" });
    } finally {
      await tracing.shutdown();
    }
  });

  test("taken away still goes through those that there were", async () => {
    await using collector = await startCollector();
    const options = { endpoint: collector.url, autoInstrument: false };
    const rule: RedactFunction = (text) => text.replaceAll("secret", "x");
    const tracing = await setup({ ...options, redact: [rule] });
    try {
      const span = tracing.tracer.startSpan("s");
      span.setAttribute("early", { secret: 1 } as never);
      await setup(options);
      span.setAttribute("late", { open: 2 } as never);
      span.end();
      await tracing.flush();
      assert.deepEqual(collector.spans[0]?.attributes, { early: '{"x":1}', late: '{"open":2}' });
    } finally {
      await tracing.shutdown();
    }
  });
});

test("createTestTracing() takes rules and functions too", async () => {
  const tracing = await createTestTracing({
    redact: ["email", (text) => text.replace("Bob", "B.")],
  });
  try {
    tracing.tracer.startSpan("s", { attributes: { from: "Bob, bob@example.com" } }).end();
    assert.match(String(tracing.spans()[0]?.attributes["from"]), /^B\., <email:[0-9a-f]{8}>$/);
  } finally {
    await tracing.shutdown();
  }
});
