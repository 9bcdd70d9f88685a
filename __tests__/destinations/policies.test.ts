// One span, several readers: the full text at the app's own viewer, and what each of the others may
// have, from real calls and runs to what every collector received.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { manualSpan, setup, type Destination, type SetupOptions } from "catalyst-tracing";

import { traced } from "../capture/traced.js";
import { start } from "../delivery/tracing.js";
import { loadSdk } from "../integrations/openai/clients.js";
import { tracedCalls } from "../integrations/openai/round.js";
import { agentOf, toolOf } from "../integrations/openai-agents/scenarios.js";
import { tracedRuns } from "../integrations/openai-agents/round.js";
import { runTraced } from "../lifetimes/programs.js";
import { chat } from "../support/model-server/chat.js";
import { conversation } from "../support/model-server/conversation.js";
import { type Collector, startCollector } from "../support/collector.js";

const EMAIL = "ann.lee@example.com";
const WORDS = "zebra orchid tulip";
const TEXT = `I am ${EMAIL}. ${WORDS}. ${"x".repeat(500)}`;
const PSEUDONYM = /<email:[0-9a-f]{8}>/;

/** All that a collector got, as one text. */
function textOf({ spans }: Collector): string {
  return JSON.stringify(spans, (_key, value: unknown) =>
    typeof value === "bigint" ? String(value) : value,
  );
}

interface Vendors {
  readonly hiding: Collector;
  readonly redacting: Collector;
  readonly limiting: Collector;
  readonly destinations: Destination[];
}

/** Three vendors, each with another policy. */
async function withVendors(body: (vendors: Vendors) => Promise<void>): Promise<void> {
  await using hiding = await startCollector();
  await using redacting = await startCollector();
  await using limiting = await startCollector();
  const destinations = [
    { name: "hiding", endpoint: hiding.url, hide: true },
    { name: "redacting", endpoint: redacting.url, redact: true },
    { name: "limiting", endpoint: limiting.url, limits: { valueLength: 100 } },
  ];
  await body({ hiding, redacting, limiting, destinations });
  for (const { problems } of [hiding, redacting, limiting]) assert.deepEqual(problems, []);
}

function assertPolicies(viewer: Collector, { hiding, redacting, limiting }: Vendors): void {
  const count = viewer.spans.length;
  assert.ok(count > 0);
  assert.ok(textOf(viewer).includes(EMAIL) && textOf(viewer).includes(WORDS));
  assert.doesNotMatch(textOf(viewer), /catalyst\.truncated|__REDACTED__|<email:/);
  assert.ok(!textOf(hiding).includes(EMAIL) && !textOf(hiding).includes(WORDS));
  assert.ok(textOf(hiding).includes("llm.token_count.total"));
  assert.ok(!textOf(redacting).includes(EMAIL) && textOf(redacting).includes(WORDS));
  assert.match(textOf(redacting), PSEUDONYM);
  assert.doesNotMatch(textOf(limiting), /x{101}/);
  assert.ok(textOf(limiting).includes(EMAIL) && textOf(limiting).includes("catalyst.truncated"));
  for (const { spans } of [hiding, redacting, limiting]) {
    assert.deepEqual(spans.map(({ spanId }) => spanId).sort(), ids(viewer));
  }
}

function ids({ spans }: Collector): string[] {
  return spans.map(({ spanId }) => spanId).sort();
}

test("a call of openai arrives in full at one's own viewer, and as far as it may at each vendor", async () => {
  await withVendors(async (vendors) => {
    await tracedCalls(
      await loadSdk("openai-7", "ESM"),
      async ({ client, server, collector, delivered, tracing }) => {
        server.reply(chat.text(TEXT));
        const messages = [{ role: "user", content: TEXT }];
        await client.chat.completions.create({ model: "gpt-4o-mini", messages });
        await delivered();
        assertPolicies(collector, vendors);
        assert.equal(tracing.stats().truncated, 1);
        assert.ok(tracing.stats().redacted > 0);
      },
      { destinations: vendors.destinations },
    );
  });
});

test("so does a run of agents, with its tools", async () => {
  await withVendors(async (vendors) => {
    await tracedRuns(
      "agents-0.8",
      async (round) => {
        let turns = 0;
        round.server.reply(
          conversation({
            decide: () => {
              turns += 1;
              if (turns > 1) return { text: TEXT };
              return { calls: [{ name: "look_up", arguments: { text: TEXT } }] };
            },
          }),
        );
        const tools = [toolOf(round, "look_up", async () => await Promise.resolve(TEXT))];
        await round.agents.run(agentOf(round, { name: "Helper", instructions: TEXT, tools }), TEXT);
        await round.delivered();
        assertPolicies(round.collector, vendors);
        const kinds = vendors.hiding.spans.map(
          (span) => span.attributes["openinference.span.kind"],
        );
        assert.ok(
          ["AGENT", "TOOL", "LLM"].every((kind) => kinds.includes(kind)),
          kinds.join(),
        );
      },
      { setup: { destinations: vendors.destinations } },
    );
  });
});

/** What each of two destinations gets as the input of one span. */
async function inputsAt(
  top: SetupOptions,
  one: Partial<Destination>,
  two: Partial<Destination>,
  input: unknown = TEXT,
): Promise<[unknown, unknown]> {
  await using first = await startCollector();
  await using second = await startCollector();
  const destinations = [
    { ...one, endpoint: first.url },
    { ...two, endpoint: second.url },
  ];
  await using tracing = await start({ ...top, destinations });
  await manualSpan({ spanName: "s", input }, () => undefined);
  await tracing.flush();
  assert.equal(tracing.stats().delivered, 1);
  const of = ({ spans: [span] }: Collector): unknown => span?.attributes["input.value"];
  return [of(first), of(second)];
}

test("hide: false at one destination shows there what the top level hides elsewhere", async () => {
  assert.deepEqual(await inputsAt({ hide: true }, { hide: false }, {}), [TEXT, "__REDACTED__"]);
});

test("redact: false at one destination leaves there what the top level redacts elsewhere", async () => {
  const [shown, redacted] = await inputsAt({ redact: true }, { redact: false }, {});
  assert.equal(shown, TEXT);
  assert.match(String(redacted), PSEUDONYM);
});

test("a value has the same pseudonym at all destinations, unless one has a secret of its own", async () => {
  const pseudonym = (input: unknown): string => PSEUDONYM.exec(String(input))?.[0] ?? "none";
  const secret = "a secret of sixteen or more";
  for (const top of [{ redact: true }, { redact: { secret } }] as const) {
    const [one, two] = await inputsAt(top, {}, { redact: ["email"] });
    assert.match(pseudonym(one), PSEUDONYM);
    assert.equal(pseudonym(one), pseudonym(two));
  }
  const own = { redact: { secret: "another secret, as long as it" } };
  const [one, two] = await inputsAt({ redact: { secret } }, {}, own);
  assert.notEqual(pseudonym(one), pseudonym(two));
});

test("a destination with a filter judges what was recorded, and sends what its policy leaves", async () => {
  await using all = await startCollector();
  await using vendor = await startCollector();
  const filter = { attributes: { "user.id": `*${EMAIL}` } };
  await using tracing = await start({
    destinations: [
      { endpoint: all.url },
      { endpoint: vendor.url, filter, redact: true, limits: { valueLength: 60 } },
    ],
  });
  await manualSpan({ spanName: "hers", userId: EMAIL, input: TEXT }, () => undefined);
  await manualSpan({ spanName: "another's", userId: "bob", input: TEXT }, () => undefined);
  await tracing.flush();
  assert.equal(all.spans.length, 2);
  assert.deepEqual(
    vendor.spans.map(({ name }) => name),
    ["hers"],
  );
  assert.match(String(vendor.spans[0]?.attributes["user.id"]), new RegExp(`^${PSEUDONYM.source}$`));
  assert.ok(!textOf(vendor).includes(EMAIL));
});

test("limits cut what redaction has left: a value is never half of what was to go", async () => {
  // So that a cut of the text as it was would fall into the address, wherever the limit is.
  for (let before = 0; before < 60; before += 7) {
    const input = `${"y".repeat(before)} ${EMAIL} ${"z".repeat(200)}`;
    const policy = { redact: true, limits: { valueLength: 60 } } as const;
    const [cut, whole] = await inputsAt({}, policy, { redact: true }, input);
    assert.ok(String(cut).length <= 60);
    assert.doesNotMatch(String(cut), /ann|lee|@/, String(cut));
    assert.doesNotMatch(String(cut).replace(PSEUDONYM, ""), /</, "half a pseudonym is nobody's");
    assert.match(String(whole), PSEUDONYM);
  }
});

test("stats() counts what policies do each time for each destination", async () => {
  await using one = await startCollector();
  await using two = await startCollector();
  const limits = { valueLength: 100 };
  await using tracing = await start({
    redact: ["email", { key: "ssn" }],
    destinations: [
      { endpoint: one.url, limits },
      { endpoint: two.url, limits },
      { name: "own", endpoint: two.url, redact: false },
    ],
  });
  const attributes = { text: TEXT, broken: '{"ssn": 1' };
  await manualSpan({ spanName: "s", attributes }, () => undefined);
  await tracing.flush();
  const { redacted, redactionFailures, truncated, delivered } = tracing.stats();
  assert.deepEqual([redacted, redactionFailures, truncated, delivered], [2, 2, 2, 1]);
});

test("a second setup() changes the policy of a destination from then on", async () => {
  await using viewer = await startCollector();
  await using vendor = await startCollector();
  const of = (vendors: Partial<Destination>): SetupOptions => ({
    autoInstrument: false,
    register: false,
    destinations: [
      { name: "viewer", endpoint: viewer.url },
      { name: "vendor", endpoint: vendor.url, ...vendors },
    ],
  });
  const tracing = await setup(of({ hide: true }));
  try {
    const policies = [{ hide: true }, { redact: ["email"] }, { limits: { valueLength: 50 } }, {}];
    for (const [index, policy] of policies.entries()) {
      assert.equal(await setup(of(policy as Partial<Destination>)), tracing);
      await manualSpan({ spanName: `span ${index}`, input: TEXT }, () => undefined);
    }
    await tracing.flush();
    assert.deepEqual(inputs(viewer), [TEXT, TEXT, TEXT, TEXT]);
    const [hidden, redacted, limited, full] = inputs(vendor);
    assert.equal(hidden, "__REDACTED__");
    assert.match(String(redacted), PSEUDONYM);
    assert.equal(String(limited).length, 50);
    assert.equal(full, TEXT);
  } finally {
    await tracing.shutdown();
  }
});

function inputs({ spans }: Collector): unknown[] {
  const byName = [...spans].sort((one, two) => one.name.localeCompare(two.name));
  return byName.map(({ attributes }) => attributes["input.value"]);
}

test("a file among the destinations has what its own policy leaves", async () => {
  const folder = mkdtempSync(join(tmpdir(), "catalyst-policy-"));
  try {
    const files = { hidden: join(folder, "hidden.jsonl"), full: join(folder, "full.jsonl") };
    await traced(
      async ({ delivered }) => {
        await manualSpan({ spanName: "s", input: TEXT }, () => undefined);
        await delivered();
        assert.ok(!readFileSync(files.hidden, "utf8").includes(WORDS));
        assert.ok(readFileSync(files.full, "utf8").includes(TEXT));
      },
      {
        hide: { inputs: true },
        destinations: [
          { name: "hidden", sink: { file: files.hidden } },
          { name: "full", sink: { file: files.full }, hide: false },
        ],
      },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("what a destination spools on disk is what its policy leaves", async () => {
  await using away = await startCollector();
  away.respond({ status: 503 });
  const dir = mkdtempSync(join(tmpdir(), "catalyst-policy-"));
  try {
    const destinations = [
      { name: "hidden", endpoint: away.url, hide: true },
      { name: "redacted", endpoint: away.url, redact: true },
    ];
    const ended = await runTraced(
      `const { manualSpan } = await import("catalyst-tracing");
       await manualSpan({ spanName: "s", input: ${JSON.stringify(TEXT)} }, () => {});
       await tracing.flush(200);
       process.kill(process.pid, "SIGKILL");`,
      "",
      { setup: { endpoint: undefined, destinations, spool: dir, timeoutMs: 100 } },
    );
    assert.equal(ended.signal, "SIGKILL", ended.stderr);
    const files = readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => readFileSync(join(parentPath, name)));
    const holding = (text: string): number => files.filter((bytes) => bytes.includes(text)).length;
    assert.equal(holding(WORDS), 1, "only what is redacted, and not hidden, has these words");
    assert.equal(holding(EMAIL), 0);
    assert.equal(holding("openinference.span.kind"), 2);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
