// Who acts: as attributes, on a context, and over process borders.

import assert from "node:assert/strict";
import { test } from "node:test";

import { context, propagation, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import {
  agentIdentityAttributes,
  agentSpan,
  applyActiveAgentIdentity,
  contextWithAgentIdentity,
  getActiveAgentIdentity,
  withAttributes,
} from "catalyst-tracing";

import { NASTY } from "../capture/nasty.js";
import { traced } from "../capture/traced.js";

const IDENTITY = { id: "i", name: "n", role: "r", sessionId: "s", userId: "u" };

const ATTRIBUTES = {
  "agent.id": "i",
  "agent.name": "n",
  "agent.role": "r",
  "session.id": "s",
  "user.id": "u",
};

test("an identity as attributes has what it names", () => {
  assert.deepEqual(agentIdentityAttributes(IDENTITY), ATTRIBUTES);
  assert.deepEqual(agentIdentityAttributes({ name: "n" }), { "agent.name": "n" });
  assert.deepEqual(agentIdentityAttributes({ sessionId: 5 as never }), { "session.id": "5" });
  assert.deepEqual(agentIdentityAttributes(), {});
});

test("a context with an identity gives it to spans, and tells it", () =>
  traced(async ({ tracer, only }) => {
    const identified = contextWithAgentIdentity(ROOT_CONTEXT, IDENTITY);
    assert.deepEqual(getActiveAgentIdentity(identified), IDENTITY);
    assert.equal(getActiveAgentIdentity(), undefined);
    context.with(identified, () => {
      assert.deepEqual(getActiveAgentIdentity(), IDENTITY);
      tracer.startSpan("span").end();
    });
    assert.deepEqual((await only()).attributes, ATTRIBUTES);
  }));

test("another identity replaces the agent, and keeps session and user unless it names them", () => {
  const first = contextWithAgentIdentity(ROOT_CONTEXT, IDENTITY);
  const second = contextWithAgentIdentity(first, { name: "other" });
  assert.deepEqual(getActiveAgentIdentity(second), {
    id: undefined,
    name: "other",
    role: undefined,
    sessionId: "s",
    userId: "u",
  });
  const third = contextWithAgentIdentity(second, { sessionId: "other" });
  assert.equal(getActiveAgentIdentity(third)?.sessionId, "other");
  assert.deepEqual(getActiveAgentIdentity(first), IDENTITY);
});

test("the identity is that of the agentSpan around", () =>
  traced(async () => {
    await agentSpan({ agentName: "a", sessionId: "s" }, async () => {
      assert.equal(getActiveAgentIdentity()?.name, "a");
      await agentSpan({ agentId: "b" }, () => {
        assert.deepEqual(getActiveAgentIdentity(), {
          id: "b",
          name: undefined,
          role: undefined,
          sessionId: "s",
          userId: undefined,
        });
      });
      assert.equal(getActiveAgentIdentity()?.name, "a");
    });
    assert.equal(getActiveAgentIdentity(), undefined);
  }));

test("the identity, and nothing else that is inherited, goes out as baggage and comes in again", () =>
  traced(async ({ tracer, named }) => {
    const headers: Record<string, string> = {};
    await agentSpan({ agentName: "größe, 1", sessionId: "s;1" }, () => {
      withAttributes({ tenant: "secret", userId: "u" }, () => {
        propagation.inject(context.active(), headers);
      });
    });
    assert.doesNotMatch(headers["baggage"] ?? "", /secret/);
    const received = propagation.extract(ROOT_CONTEXT, headers);
    assert.deepEqual(getActiveAgentIdentity(received), {
      id: undefined,
      name: "größe, 1",
      role: undefined,
      sessionId: "s;1",
      userId: "u",
    });
    tracer.startSpan("there", {}, received).end();
    assert.deepEqual((await named("there")).attributes, {
      "agent.name": "größe, 1",
      "session.id": "s;1",
      "user.id": "u",
    });
  }));

test("an identity that came in can be replaced", () => {
  const entries = { "agent.name": { value: "remote" }, "session.id": { value: "s" } };
  const received = propagation.setBaggage(ROOT_CONTEXT, propagation.createBaggage(entries));
  const replaced = contextWithAgentIdentity(received, { name: "local" });
  assert.equal(getActiveAgentIdentity(replaced)?.name, "local");
  assert.equal(getActiveAgentIdentity(replaced)?.sessionId, "s");
});

test("identity helpers never throw, and what they do not understand is left out", () => {
  const span = trace.wrapSpanContext({ traceId: "", spanId: "", traceFlags: 0 });
  for (const [what, nasty] of NASTY) {
    const identity = { id: nasty, name: nasty, role: nasty, sessionId: nasty, userId: nasty };
    assert.doesNotThrow(() => {
      agentIdentityAttributes(nasty as never);
      const found = contextWithAgentIdentity(ROOT_CONTEXT, identity as never);
      for (const value of Object.values(agentIdentityAttributes(identity as never))) {
        assert.equal(typeof value, "string");
      }
      getActiveAgentIdentity(found);
      contextWithAgentIdentity(ROOT_CONTEXT, nasty as never);
    }, what);
  }
  applyActiveAgentIdentity(span);
});
