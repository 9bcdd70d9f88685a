// What an exception event says of the errors behind an error.

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { agentSpan, type SetupOptions } from "catalyst-tracing";

import { NASTY } from "./nasty.js";
import { type Round, traced } from "./traced.js";

type Causing = Error & { cause?: unknown };

/** The stack trace of what was recorded on a span, as it arrived. */
async function stackOf(error: unknown): Promise<string> {
  let stack: unknown;
  await traced(async ({ tracer, only }) => {
    const span = tracer.startSpan("subject");
    span.recordException(error as Error);
    span.end();
    stack = (await only()).events[0]?.attributes["exception.stacktrace"];
  });
  return typeof stack === "string" ? stack : "";
}

/** A chain of errors, each the cause of the next. */
function chain(length: number): Causing {
  let error: Causing = new Error("number 0");
  for (let n = 1; n < length; n += 1) error = new Error(`number ${n}`, { cause: error });
  return error;
}

test("the causes of an error stand under its stack as Node prints them", async () => {
  const root = new TypeError("connection refused");
  const middle = new Error("request failed", { cause: root });
  const error = new RangeError("no answer", { cause: middle });
  const stack = await stackOf(error);
  assert.ok(stack.startsWith(error.stack ?? "no stack"));
  const outline = stack.split("\n").filter((line) => !/^ *at /.test(line));
  assert.deepEqual(outline, [
    "RangeError: no answer",
    "  [cause]: Error: request failed",
    "    [cause]: TypeError: connection refused",
    "  }",
    "}",
  ]);
});

test("an error without a cause has its stack alone", async () => {
  const error = new Error("alone");
  assert.equal(await stackOf(error), error.stack);
  assert.equal(await stackOf(Object.assign(new Error("none"), { stack: "S", cause: null })), "S");
});

test("an error that a function throws is recorded with its causes", () =>
  traced(async ({ only }) => {
    const error = new Error("outer", { cause: new Error("inner") });
    await assert.rejects(
      agentSpan({ agentId: "a" }, () => {
        throw error;
      }),
      error,
    );
    const { events, status } = await only();
    assert.match(
      String(events[0]?.attributes["exception.stacktrace"]),
      /\[cause\]: Error: inner\n/,
    );
    assert.equal(events[0]?.attributes["exception.message"], "outer");
    assert.equal(status.message, "outer");
  }));

test("the errors of an AggregateError are listed, ten at the most", async () => {
  const errors = Array.from({ length: 12 }, (_, n) => new Error(`try ${n}`));
  const stack = await stackOf(new AggregateError(errors, "all failed"));
  const said = [...stack.matchAll(/^ {4}Error: (try \d+)$/gm)].map(([, message]) => message);
  assert.deepEqual(
    said,
    Array.from({ length: 10 }, (_, n) => `try ${n}`),
  );
  assert.match(stack, /^ {2}\[errors\]: \[\n/m);
  assert.match(stack, /^ {4}\.\.\. 2 more items$/m);
});

test("a cause that is no error is told, and its getters are not called", async () => {
  let calls = 0;
  const cause = {
    status: 429,
    get lazy() {
      calls += 1;
      return 1;
    },
  };
  assert.match(
    await stackOf(new Error("e", { cause })),
    /\[cause\]: \{ status: 429, lazy: \[Getter\] \}/,
  );
  assert.match(await stackOf(new Error("e", { cause: "why" })), /\[cause\]: 'why'/);
  assert.equal(calls, 0);
});

test("properties of causes, which may be whole requests, are left out", async () => {
  const cause = Object.assign(new Error("inner"), { config: { secret: "hunter22" } });
  assert.doesNotMatch(await stackOf(new Error("outer", { cause })), /hunter22|config/);
});

test("what is redacted and hidden is so in causes too", async () => {
  const cause = new Error("no ann@example.com with Authorization: Bearer hunter22hunter22");
  const record = async (options: SetupOptions): Promise<string> => {
    let attributes: unknown;
    const act = async ({ tracer, only }: Round): Promise<void> => {
      const span = tracer.startSpan("subject");
      span.recordException(new Error("outer", { cause }));
      span.end();
      ({ attributes } = (await only()).events[0] ?? {});
    };
    await traced(act, options);
    return JSON.stringify(attributes);
  };
  const plain = await record({});
  assert.match(plain, /\[cause\]: Error: no ann@example.com/);
  assert.doesNotMatch(plain, /hunter22/);
  const redacted = await record({ redact: ["email"] });
  assert.match(redacted, /\[cause\]: Error: no <email:/);
  assert.doesNotMatch(await record({ hide: true }), /ann@|\[cause\]: Error/);
});

describe("causes without an end", () => {
  test("a circle is told as one", async () => {
    const error: Causing = new Error("outer");
    error.cause = new Error("inner", { cause: error });
    assert.match(await stackOf(error), /\[cause\]: Error: inner[^]*\[cause\]: \[Circular\]/);
  });

  test("a long chain is told from its beginning", async () => {
    const stack = await stackOf(chain(1000));
    const told = [...stack.matchAll(/Error: number (\d+)/g)].map(([, n]) => Number(n));
    assert.deepEqual(told, [999, 998, 997, 996, 995, 994, 993, 992, 991]);
  });

  test("errors of many errors of many errors are told in part", async () => {
    const tree = (depth: number): Error =>
      depth === 0
        ? new Error("leaf")
        : new AggregateError(
            Array.from({ length: 10 }, () => tree(depth - 1)),
            "branch",
          );
    const stack = await stackOf(tree(4));
    const told = stack.match(/Error: (?:leaf|branch)/g)?.length ?? 0;
    assert.ok(told > 10 && told <= 33, String(told));
  });

  test("a cause that is a new error at each look is told so far", async () => {
    class Endless extends Error {
      override get cause(): Error {
        return new Endless("again");
      }
    }
    assert.equal((await stackOf(new Endless("again"))).match(/Error: again/g)?.length, 9);
  });
});

test("whatever a cause is, nothing is thrown, and the error's stack arrives", () =>
  traced(async ({ tracer, delivered }) => {
    const hostile = Object.defineProperties(new Error("hostile"), {
      cause: {
        get: () => {
          throw new Error("within");
        },
      },
      errors: {
        get: () => {
          throw new Error("within");
        },
      },
    });
    const causes = [...NASTY.values(), hostile];
    for (const cause of causes) {
      const span = tracer.startSpan("subject");
      span.recordException(Object.assign(new Error("outer"), { cause }));
      span.recordException(Object.assign(new Error("outer"), { errors: [cause] }));
      span.recordException(Object.assign(new Error("outer"), { errors: cause }));
      span.end();
    }
    for (const { events } of await delivered()) {
      for (const { attributes } of events) {
        assert.match(String(attributes["exception.stacktrace"]), /^Error: outer\n/);
      }
      assert.equal(events.length, 3);
    }
  }));
