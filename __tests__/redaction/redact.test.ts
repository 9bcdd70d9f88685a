// What arrives at the collector of a span with personal data, under each form of the option.
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { SpanStatusCode } from "@opentelemetry/api";
import { agentSpan, setup, type SetupOptions } from "catalyst-tracing";

import { traced } from "../capture/traced.js";
import { startCollector } from "../support/collector.js";

const EMAIL = "ann.lee@example.com";
const CARD = "4111 1111 1111 1111";
const PSEUDONYM = /<(\w+):[0-9a-f]{8}>/g;

function hidden(text: unknown): string {
  return String(text).replace(PSEUDONYM, "<$1>");
}

describe("redact: true", () => {
  test("hides what detectors find in every text of a span, and keeps the rest", async () => {
    await traced(
      async ({ tracer, only, tracing }) => {
        const span = tracer.startSpan(`mail to ${EMAIL}`);
        span.setAttribute("user.id", EMAIL);
        span.setAttribute("list", ["a", `b ${EMAIL}`]);
        span.setAttribute("card", 4111111111111111);
        span.setAttribute("input.value", {
          to: [EMAIL],
          args: JSON.stringify({ card: CARD }),
        } as never);
        span.addEvent("sent", { to: EMAIL });
        span.addLink({
          context: { traceId: "a".repeat(32), spanId: "b".repeat(16), traceFlags: 1 },
          attributes: { why: EMAIL },
        });
        span.recordException(new Error(`no mailbox ${EMAIL}`));
        span.setStatus({ code: SpanStatusCode.ERROR, message: `no mailbox ${EMAIL}` });
        span.end();
        const arrived = await only();
        assert.doesNotMatch(JSON.stringify(arrived, asText), /ann\.lee|4111/);
        assert.equal(hidden(arrived.name), "mail to <email>");
        assert.equal(hidden(arrived.attributes["user.id"]), "<email>");
        assert.equal(hidden(arrived.attributes["list"]), "a,b <email>");
        assert.equal(hidden(arrived.attributes["card"]), "<card>");
        const input = JSON.parse(String(arrived.attributes["input.value"])) as Sent;
        assert.equal(input.to[0], arrived.attributes["user.id"], "one address, one pseudonym");
        assert.equal(hidden((JSON.parse(input.args) as { card: string }).card), "<card>");
        assert.equal(hidden(arrived.status.message), "no mailbox <email>");
        const { redacted, redactionFailures } = tracing.stats();
        assert.ok(redacted >= 9, String(redacted));
        assert.equal(redactionFailures, 0);
      },
      { redact: true },
    );
  });

  test("without the option nothing is hidden", async () => {
    await traced(async ({ tracer, only, tracing }) => {
      tracer.startSpan("s", { attributes: { to: EMAIL } }).end();
      assert.equal((await only()).attributes["to"], EMAIL);
      assert.equal(tracing.stats().redacted, 0);
    });
  });
});

interface Sent {
  to: string[];
  args: string;
}

function asText(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

interface Row {
  readonly redact: SetupOptions["redact"];
  readonly gives: string;
}

const rows: Row[] = [
  { redact: false, gives: `to ${EMAIL}, C-17, ${CARD}` },
  { redact: ["email"], gives: `to <email>, C-17, ${CARD}` },
  {
    redact: ["card", { pattern: /C-(\d+)/, replace: "no. $1" }],
    gives: `to ${EMAIL}, no. 17, <card>`,
  },
  { redact: { detect: ["email"] }, gives: `to <email>, C-17, ${CARD}` },
  {
    redact: { rules: [{ pattern: "c-\\d+", flags: "i", name: "customer" }] },
    gives: "to <email>, <customer>, <card>",
  },
  { redact: { detect: false, rules: [{ key: "te*t", replace: "gone" }] }, gives: "gone" },
  { redact: { detect: true, replace: "[x]" }, gives: "to [x], C-17, [x]" },
  { redact: [(text) => text.toUpperCase()], gives: `TO ${EMAIL.toUpperCase()}, C-17, ${CARD}` },
];

describe("a form of the option", () => {
  for (const { redact, gives } of rows) {
    test(`${describeRow(redact)} gives "${gives}"`, async () => {
      await traced(
        async ({ tracer, only }) => {
          tracer.startSpan("s", { attributes: { text: `to ${EMAIL}, C-17, ${CARD}` } }).end();
          assert.equal(hidden((await only()).attributes["text"]), gives);
        },
        { redact },
      );
    });
  }
});

function describeRow(redact: unknown): string {
  return JSON.stringify(redact, (_key, value: unknown) =>
    value instanceof RegExp || typeof value === "function" ? String(value) : value,
  );
}

describe("pseudonyms", () => {
  test("are the same in another setup() with the same secret, and others with another", async () => {
    const of = async (secret: string): Promise<unknown> => {
      let name: unknown;
      await traced(
        async ({ tracer, only }) => {
          tracer.startSpan("s", { attributes: { to: EMAIL } }).end();
          name = (await only()).attributes["to"];
        },
        { redact: { secret } },
      );
      return name;
    };
    const first = await of("a secret that is long enough");
    assert.equal(await of("a secret that is long enough"), first);
    assert.notEqual(await of("another secret, as long as it"), first);
  });
});

test("a second setup() changes what is redacted from then on", async () => {
  await using collector = await startCollector();
  const options = { endpoint: collector.url, autoInstrument: false };
  const tracing = await setup({ ...options, redact: ["email"] });
  try {
    tracing.tracer.startSpan("first", { attributes: { to: EMAIL, from: "8.8.8.8" } }).end();
    await setup({ ...options, redact: ["ip"] });
    tracing.tracer.startSpan("second", { attributes: { to: EMAIL, from: "8.8.8.8" } }).end();
    await tracing.flush();
    const shown = collector.spans.map(({ attributes: { to, from } }) => [hidden(to), hidden(from)]);
    assert.deepEqual(shown, [
      ["<email>", "8.8.8.8"],
      [EMAIL, "<ip>"],
    ]);
  } finally {
    await tracing.shutdown();
  }
});

test("a value that a rule cannot be applied to is hidden whole and counted", async () => {
  await traced(
    async ({ tracing, only }) => {
      await agentSpan({ agentId: "a", input: '{"ssn": "123-45' }, () => undefined);
      assert.equal((await only()).attributes["input.value"], "__REDACTED__");
      assert.equal(tracing.stats().redactionFailures, 1);
    },
    { redact: [{ key: "ssn" }] },
  );
});
