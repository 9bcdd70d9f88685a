// Code of the app's that runs while a value is recorded, a getter or a toJSON, and is traced itself.

import assert from "node:assert/strict";
import { test } from "node:test";

import { manualSpan } from "catalyst-tracing";

import { traced } from "./traced.js";
import { startCollector } from "../support/collector.js";
import { runProgram } from "../support/subprocess.js";

/** A field that is loaded when it is asked for, by traced code, as object mappers have them. */
function lazy(find: () => void): Record<string, unknown> {
  return {
    before: { sense: 1 },
    get loaded() {
      find();
      return { found: ["two"] };
    },
    after: { nonsense: 3 },
  };
}

const LAZY_JSON = '{"before":{"sense":1},"loaded":{"found":["two"]},"after":{"nonsense":3}}';

function load(name: string, input: unknown): void {
  void manualSpan({ spanName: name, input }, (span) => span.setOutput({ [name]: { rows: 1 } }));
}

test("a getter that is traced leaves its spans and those around it whole", () =>
  traced(async ({ tracer, delivered }) => {
    const value = lazy(() => {
      for (const name of ["first", "second", "third"]) load(name, { query: { [name]: 1 } });
    });
    await manualSpan({ spanName: "outer" }, (span) => span.setInput(value));
    tracer.startSpan("later").end();
    const spans = await delivered();
    const names = spans.map(({ name }) => name);
    assert.deepEqual(names.toSorted(), ["first", "later", "outer", "second", "third"]);
    const output = (name: string): unknown =>
      spans.find((span) => span.name === name)?.attributes["output.value"];
    for (const name of ["first", "second", "third"]) {
      assert.equal(output(name), `{"${name}":{"rows":1}}`);
    }
    const outer = spans.find(({ name }) => name === "outer");
    assert.equal(outer?.attributes["input.value"], LAZY_JSON);
  }));

test("a traced getter may meet another one, and many spans", () =>
  traced(async ({ delivered }) => {
    const inner = lazy(() => load("innermost", { a: { b: 1 } }));
    const value = lazy(() => {
      load("inner", inner);
      for (let index = 0; index < 500; index++) load(`span ${index}`, { text: "x".repeat(1000) });
    });
    await manualSpan({ spanName: "outer", input: value }, () => undefined);
    const spans = await delivered();
    assert.equal(spans.length, 503);
    for (const name of ["inner", "outer"]) {
      const span = spans.find((each) => each.name === name);
      assert.equal(span?.attributes["input.value"], LAZY_JSON);
    }
  }));

test("a getter may end the span that it is recorded for", () =>
  traced(async ({ tracer, only }) => {
    const span = tracer.startSpan("ended within");
    span.setAttribute("value", lazy(() => span.end()) as never);
    assert.equal((await only()).name, "ended within");
  }));

test("a traced toJSON is recorded like any other code", () =>
  traced(async ({ delivered }) => {
    const value = {
      toJSON: () => {
        load("serialize", { deep: { er: 1 } });
        return { json: true };
      },
    };
    await manualSpan({ spanName: "outer", input: { value } }, () => undefined);
    const spans = await delivered();
    assert.deepEqual(spans.map(({ name }) => name).toSorted(), ["outer", "serialize"]);
    const outer = spans.find(({ name }) => name === "outer");
    assert.equal(outer?.attributes["input.value"], '{"value":{"json":true}}');
  }));

test("a getter that ends the process loses none of what had ended", async () => {
  await using collector = await startCollector();
  const program = `
    import { manualSpan, setup } from "catalyst-tracing";
    const { tracer } = await setup({ autoInstrument: false });
    tracer.startSpan("before").end();
    const value = { a: { b: 1 }, get exit() {
      tracer.startSpan("within").setAttribute("c", { d: { e: 1 } }).end();
      process.exit(3);
    } };
    await manualSpan({ spanName: "outer", input: value }, () => undefined);
  `;
  const { code } = await runProgram(program, { env: { CATALYST_OTLP_ENDPOINT: collector.url } });
  assert.equal(code, 3);
  const names = collector.spans.map(({ name }) => name).toSorted();
  assert.deepEqual(names, ["before", "outer", "within"]);
  const outer = collector.spans.find(({ name }) => name === "outer");
  assert.equal(outer?.attributes["catalyst.incomplete"], true);
  assert.deepEqual(collector.problems, []);
});

test("a span whose end is cut short by the end of the process is counted, without a warning", async () => {
  await using collector = await startCollector();
  const program = `
    import { setup } from "catalyst-tracing";
    const tracing = await setup({ autoInstrument: false });
    process.on("exit", () => {
      const { ended, delivered, lost, losses } = tracing.stats();
      console.log(JSON.stringify({ ended, delivered, lost, losses }));
    });
    const span = tracing.tracer.startSpan("outer");
    span.addEvent("event", { value: { toJSON() {
      tracing.tracer.startSpan("within").end();
      process.exit(3);
    } } });
    span.end();
  `;
  const env = { CATALYST_OTLP_ENDPOINT: collector.url };
  const { code, stdout, stderr } = await runProgram(program, { env });
  assert.deepEqual({ code, stderr }, { code: 3, stderr: "" });
  assert.deepEqual(JSON.parse(stdout), {
    ended: 2,
    delivered: 1,
    lost: 1,
    losses: [{ stage: "handoff", reason: "unwritten", spans: 1 }],
  });
  assert.deepEqual(
    collector.spans.map(({ name }) => name),
    ["within"],
  );
});
