// `sample`: which traces arrive, decided when it is known what happened in them.

import assert from "node:assert/strict";
import { test } from "node:test";

import { context, propagation, ROOT_CONTEXT, type Span } from "@opentelemetry/api";
import {
  agentSpan,
  type FinishedTrace,
  manualSpan,
  type SampleOptions,
  setup,
  type TracingStats,
} from "catalyst-tracing";
import { createTestTracing } from "catalyst-tracing/testing";

import { createSampler } from "../../js/capture/sampler.js";
import { type Round, traced } from "../capture/traced.js";
import { startCollector } from "../support/collector.js";
import { runProgram } from "../support/subprocess.js";

/** Keeps nothing but that in which something happens. */
const EVENTS_ALONE = { ratio: 0, keepErrors: true } satisfies SampleOptions;

const namesOf = (spans: readonly { name: string }[]): string[] => spans.map(({ name }) => name);

/** A run with two steps below it, of which the first may fail and is got over. */
async function run(name: string, fails = false, agentId = "support"): Promise<void> {
  await agentSpan({ agentId, spanName: name }, async () => {
    await manualSpan({ spanName: `${name}, step 1` }, () => {
      if (fails) throw new Error("no");
    }).catch(() => undefined);
    await manualSpan({ spanName: `${name}, step 2` }, () => undefined);
  });
}

/** As if called by another process that has chosen the trace's id. */
async function called<T>(traceId: string, parent: string, body: () => Promise<T>): Promise<T> {
  const headers = { traceparent: `00-${traceId}-${parent}-01` };
  return context.with(propagation.extract(ROOT_CONTEXT, headers), body);
}

const sampledOut = ({ ended, delivered, sampledOut: out, queued }: TracingStats) => {
  return { ended, delivered, sampledOut: out, queued };
};

const kept = (name: string): string[] => [`${name}, step 1`, `${name}, step 2`, name];

test("a trace with an error in it arrives whole, and one without does not arrive", async () => {
  await traced(
    async ({ delivered, tracing }) => {
      await run("fine");
      await run("failing", true);
      assert.deepEqual(namesOf(await delivered()), kept("failing"));
      const counts = { ended: 6, delivered: 3, sampledOut: 3, queued: 0 };
      assert.deepEqual(sampledOut(tracing.stats()), counts);
      assert.equal(tracing.stats().bytesHeld, 0);
    },
    { sample: EVENTS_ALONE },
  );
});

test("the ratio keeps the traces that the sampler of OTEL_TRACES_SAMPLER would", async () => {
  await traced(
    async ({ tracer, delivered, tracing }) => {
      const started: string[] = [];
      for (let n = 0; n < 400; n += 1) {
        const span = tracer.startSpan("s");
        started.push(span.spanContext().traceId);
        span.end();
      }
      const sampler = createSampler({ kind: "traceidratio", ratio: 0.3 });
      const word = (id: string, index: number) => parseInt(id.slice(index * 8, index * 8 + 8), 16);
      const expected = started.filter((id) =>
        sampler.shouldSample(word(id, 0), word(id, 1), word(id, 2), word(id, 3), undefined),
      );
      const arrived = (await delivered()).map(({ traceId }) => traceId);
      assert.deepEqual(arrived, expected);
      assert.ok(arrived.length > 60 && arrived.length < 180, `${arrived.length} of 400`);
      assert.equal(tracing.stats().sampledOut, 400 - arrived.length);
    },
    { sample: 0.3 },
  );
});

const worthKeeping: [
  what: string,
  rules: Partial<SampleOptions>,
  act: (round: Round) => unknown,
][] = [
  [
    "that took long",
    { keepSlowerThanMs: 1000 },
    ({ tracer }) => {
      const startTime = Date.now() - 5000;
      tracer.startSpan("kept", { startTime }).end(startTime + 1001);
      tracer.startSpan("dropped", { startTime }).end(startTime + 999);
    },
  ],
  [
    "that cost much",
    { keepCostAboveUsd: 1 },
    async () => {
      for (const [spanName, prompt] of [
        ["kept", 500_000],
        ["dropped", 300_000],
      ] as const) {
        await manualSpan({ spanName, spanKind: "LLM", model: "gpt-4o" }, (span) =>
          span.recordTokens({ prompt, completion: 0 }),
        );
      }
    },
  ],
  [
    "of a certain agent",
    { keep: { "agent.id": ["billing", "refunds"] } },
    async () => {
      await agentSpan({ agentId: "refunds", spanName: "kept" }, () => undefined);
      await agentSpan({ agentId: "support", spanName: "dropped" }, () => undefined);
    },
  ],
];
for (const [what, rules, act] of worthKeeping) {
  test(`a trace ${what} arrives`, async () => {
    await traced(
      async (round) => {
        await act(round);
        const spans = await round.delivered();
        assert.deepEqual(namesOf(spans), ["kept"]);
        assert.equal(spans[0]?.attributes["llm.cost.total"], undefined, "cost is off");
      },
      { sample: { ratio: 0, ...rules } },
    );
  });
}

test("while a trace is open its spans are queued, and a flush does not wait for it", async () => {
  await traced(
    async ({ tracing, tracer, collector }) => {
      const release = await tracer.startActiveSpan("root", async (root) => {
        await run("inside");
        const result = await tracing.flush();
        assert.deepEqual(result, { ok: false, delivered: 0, lost: 0, pending: 3, timedOut: false });
        assert.equal(tracing.stats().queued, 3);
        assert.ok(tracing.stats().bytesHeld > 0);
        return () => root.setStatus({ code: 2 }).end();
      });
      release();
      const result = await tracing.flush();
      assert.deepEqual(result, { ok: true, delivered: 4, lost: 0, pending: 0, timedOut: false });
      assert.deepEqual(namesOf(collector.spans), [...kept("inside"), "root"]);
    },
    { sample: EVENTS_ALONE },
  );
});

test("what comes after its trace was decided goes the way of the trace", async () => {
  await traced(
    async ({ tracer, delivered, tracing }) => {
      for (const fails of [true, false]) {
        const late = tracer.startActiveSpan(`root ${fails}`, (root) => {
          const child = tracer.startSpan(`late ${fails}`);
          if (fails) root.setStatus({ code: 2 });
          root.end();
          return child;
        });
        await tracing.flush();
        if (!fails) late.setStatus({ code: 2 });
        late.end();
      }
      assert.deepEqual(namesOf(await delivered()), ["root true", "late true"]);
      assert.equal(tracing.stats().sampledOut, 2);
    },
    { sample: EVENTS_ALONE },
  );
});

test("each call from another process within one trace is judged by itself", async () => {
  const traceId = "000000000000000000000000ffffffff";
  await traced(
    async ({ delivered }) => {
      await Promise.all([
        called(traceId, "b7ad6b7169203331", () => run("first")),
        called(traceId, "b7ad6b7169203332", () => run("second", true)),
      ]);
      await called(traceId, "b7ad6b7169203333", () => run("third"));
      const names = new Set(namesOf(await delivered()));
      for (const name of [...kept("second"), ...kept("third")]) assert.ok(names.has(name), name);
    },
    { sample: EVENTS_ALONE },
  );
});

test("a root that does not end is decided by its age", async () => {
  await traced(
    async ({ tracer, collector, tracing }) => {
      const decideAfterMs = 20;
      await setup({
        endpoint: collector.url,
        autoInstrument: false,
        sample: { ...EVENTS_ALONE, decideAfterMs },
      });
      await tracer.startActiveSpan("root", async (root) => {
        await run("inside");
        while (tracing.stats().queued > 0) await new Promise((done) => setTimeout(done, 5));
        assert.equal(tracing.stats().sampledOutEarly, 3);
        root.setStatus({ code: 2 }).end();
      });
      await tracing.flush();
      assert.deepEqual(collector.spans, [], "late spans follow the decision");
    },
    { sample: EVENTS_ALONE },
  );
});

test("what is held takes up no more than half of maxQueueBytes", async () => {
  const maxQueueBytes = 1_000_000;
  await traced(
    async ({ tracer, tracing, delivered }) => {
      const open: Span[] = [];
      for (let n = 0; n < 20; n += 1) {
        tracer.startActiveSpan(`root ${n}`, (root) => {
          tracer.startSpan(`child ${n}`, { attributes: { text: "x".repeat(100_000) } }).end();
          open.push(root);
        });
        await tracing.flush();
      }
      const { bytesHeld, sampledOutEarly } = tracing.stats();
      assert.ok(bytesHeld <= maxQueueBytes / 2, `${bytesHeld}`);
      assert.equal(sampledOutEarly, 16);
      for (const root of open) root.setStatus({ code: 2 }).end();
      assert.equal((await delivered()).length, 8, "of the newest four all is there");
    },
    { sample: EVENTS_ALONE, maxQueueBytes },
  );
});

test("hooks are told of every trace, sent or not", async () => {
  const told: FinishedTrace[] = [];
  await traced(
    async ({ tracing, delivered }) => {
      tracing.onTrace((finished) => told.push(finished));
      await run("fine");
      await delivered();
      assert.deepEqual(
        told.map(({ name }) => name),
        ["fine"],
      );
    },
    { sample: 0 },
  );
});

test("with sampling turned off what was held arrives", async () => {
  await traced(
    async ({ tracer, collector, tracing }) => {
      await tracer.startActiveSpan("root", async (root) => {
        await run("inside");
        await setup({ endpoint: collector.url, autoInstrument: false });
        root.end();
      });
      await tracing.flush();
      assert.deepEqual(namesOf(collector.spans), [...kept("inside"), "root"]);
    },
    { sample: EVENTS_ALONE },
  );
});

test("shutdown() decides what is not finished, and loses nothing by it", async () => {
  await using collector = await startCollector();
  const tracing = await setup({
    endpoint: collector.url,
    autoInstrument: false,
    sample: EVENTS_ALONE,
  });
  await tracing.tracer.startActiveSpan("root", async () => {
    await run("inside");
    await tracing.shutdown();
  });
  const { sampledOutEarly, lost, queued } = tracing.stats();
  assert.deepEqual({ sampledOutEarly, lost, queued }, { sampledOutEarly: 3, lost: 0, queued: 0 });
});

test("a process that exits keeps traces that failed, and those that it left unfinished", async () => {
  await using collector = await startCollector();
  const program = `
    import { manualSpan, setup } from "catalyst-tracing";
    const { tracer } = await setup({ sample: { ratio: 0, keepErrors: true } });
    const child = (n) => manualSpan({ spanName: "child " + n }, () => undefined);
    tracer.startActiveSpan("open", () => { void child(1); });
    await tracer.startActiveSpan("fine", async (root) => { await child(3); root.end(); });
    await tracer.startActiveSpan("failed", async (root) => {
      await child(2);
      root.setStatus({ code: 2 }).end();
    });
    process.exit(0);
  `;
  const env = { CATALYST_OTLP_ENDPOINT: collector.url };
  const { code, stderr } = await runProgram(program, { env });
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  const names = namesOf(collector.spans);
  assert.deepEqual(
    names.toSorted((a, b) => a.localeCompare(b)),
    ["child 1", "child 2", "failed", "open"],
  );
});

test("a test's tracing takes the option", async () => {
  const tracing = await createTestTracing({ sample: EVENTS_ALONE });
  await run("fine");
  await run("failing", true);
  const names = namesOf(tracing.spans());
  await tracing.shutdown();
  assert.deepEqual(names, kept("failing"));
});
