// The client must not notice: whatever an app does with it, what it sees and what it sends are the
// same with and without tracing, in every version of the SDK, imported and required.

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";

import { setup } from "catalyst-tracing";
import { instrumentOpenAI } from "catalyst-tracing/openai";

import { startCollector } from "../../support/collector.js";
import { startModelServer, type ModelServer } from "../../support/model-server/server.js";
import { behaviours, outcome, type Behaviour } from "./behaviours.js";
import { loadSdk, SDKS, type Form, type Sdk } from "./clients.js";

type Seen = Readonly<Record<string, unknown>>;

for (const [name, form] of SDKS) {
  describe(`${name} as ${form}`, () => {
    let bare: Seen;
    let traced: Seen;

    before(async () => {
      const sdk = await loadSdk(name, form);
      await using server = await startModelServer();
      bare = await lookOn(sdk, server);
      traced = await lookOnTraced(sdk, form, server);
    });

    for (const behaviour of Object.keys(behaviours)) {
      test(`an app that ${behaviour} sees no difference`, () => {
        assert.notEqual(bare[behaviour], undefined);
        assert.deepEqual(traced[behaviour], bare[behaviour]);
      });
    }

    test("no rejection is left unhandled", () => {
      assert.deepEqual(traced["unhandled"], []);
    });

    test("no fault happens", () => {
      assert.equal(traced["faults"], 0);
    });

    test("no span is open but that of the call that nobody has awaited", () => {
      assert.ok(Number(traced["open"]) <= 1, String(traced["open"]));
    });
  });
}

async function lookOnTraced(sdk: Sdk, form: Form, server: ModelServer): Promise<Seen> {
  await using collector = await startCollector();
  const tracing = await setup({ endpoint: collector.url, autoInstrument: false });
  instrumentOpenAI(form === "ESM" ? sdk.module : sdk.OpenAI);
  try {
    const seen = await lookOn(sdk, server);
    await tracing.flush();
    const { faults, open, started } = tracing.stats();
    assert.ok(started > Object.keys(behaviours).length, "nothing was traced");
    return { ...seen, faults, open };
  } finally {
    await tracing.shutdown();
  }
}

async function lookOn(sdk: Sdk, server: ModelServer): Promise<Seen> {
  const seen: Record<string, unknown> = {};
  const unhandled: string[] = [];
  const onUnhandled = (error: unknown): void => void unhandled.push(String(error));
  process.on("unhandledRejection", onUnhandled);
  for (const [name, behaviour] of Object.entries(behaviours)) {
    seen[name] = await lookAt(behaviour, sdk, server);
  }
  process.off("unhandledRejection", onUnhandled);
  return { ...seen, unhandled };
}

/** What the app got, and what the API got. */
async function lookAt(behaviour: Behaviour, sdk: Sdk, server: ModelServer): Promise<unknown> {
  server.reset();
  said.length = 0;
  const client = new sdk.OpenAI({ apiKey: "key", baseURL: server.url });
  const app = await outcome(async () => await behaviour({ sdk, client, server }));
  await server.waitUntil(() => server.requests.every(({ outcome: how }) => how !== "pending"));
  const api = server.requests.map(({ method, path, headers, raw, outcome: how }) => {
    const boundary = /boundary=(\S+)/.exec(headers["content-type"] ?? "")?.[1];
    const plain = (text: string): string =>
      boundary === undefined ? text : text.replaceAll(boundary, "boundary");
    const sent = Object.entries(headers).map(([key, value]) => [key, plain(String(value))]);
    return [method, path, sent, plain(raw.toString("latin1")), how];
  });
  assert.deepEqual(server.problems, []);
  return { app: plainly(app), api, said: [...said] };
}

/** What the SDK says on the console. It keeps the functions that it found there first. */
const said: unknown[] = [];

before(() => {
  const note = (...args: unknown[]): void => void said.push(args.map(String));
  Object.assign(console, { error: note, warn: note });
});

/** Without classes and methods, which the assertion compares by identity. */
function plainly(value: unknown): unknown {
  const text = JSON.stringify(value, (_key, inner: unknown) =>
    inner === undefined ? "undefined" : inner,
  );
  return JSON.parse(text) as unknown;
}
