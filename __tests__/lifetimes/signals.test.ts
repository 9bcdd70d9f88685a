// Signals: what has ended by then arrives, and the process does what it would have done without us.

import assert from "node:assert/strict";
import { test } from "node:test";

import { startCollector } from "../support/collector.js";
import { type AgentsSdk, sdk } from "../support/sdks.js";
import { runProgram } from "../support/subprocess.js";
import { accounted } from "./accounts.js";
import { deadEndpoint, PROCESS_SLACK_MS } from "./programs.js";

const noSignals = process.platform === "win32" ? "a process cannot send them here" : false;
const SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP"] as const;

/** Ends a span, leaves one open, and goes on until it is told to end. */
const WORKING = `
  end(start("ended"));
  const open = start("open");
  setInterval(() => open.spanContext(), 1000);
  setImmediate(() => say("ready"));
`;

for (const signal of SIGNALS) {
  test(`a process without a listener dies of ${signal}, and its spans arrive`, async (t) => {
    if (noSignals) return t.skip(noSignals);
    const {
      code,
      signal: diedOf,
      stderr,
      spans,
    } = await accounted(WORKING, {
      kill: { signal, when: "ready" },
      unfinished: ["open"],
    });
    assert.deepEqual([code, diedOf, stderr], [null, signal, ""]);
    assert.equal(spans.get("open")?.attributes["catalyst.incomplete_reason"], signal);
  });

  test(`a listener of the app decides on ${signal}, and exits later`, async (t) => {
    if (noSignals) return t.skip(noSignals);
    const {
      code,
      signal: diedOf,
      spans,
    } = await accounted(
      `process.on(${JSON.stringify(signal)}, () => {
         say("heard with " + process.listenerCount(${JSON.stringify(signal)}));
         setTimeout(() => { end(start("late")); process.exit(9); }, 20);
       });${WORKING}`,
      { kill: { signal, when: "ready" }, unfinished: ["open"] },
    );
    assert.deepEqual([code, diedOf], [9, null]);
    assert.equal(spans.get("open")?.attributes["catalyst.incomplete_reason"], "process_exit");
  });

  test(`a listener of the app may ignore ${signal}, and the process goes on as it was`, async (t) => {
    if (noSignals) return t.skip(noSignals);
    const { code, signal: diedOf } = await accounted(
      `process.on(${JSON.stringify(signal)}, () => {
         setTimeout(() => { end(open); clearInterval(timer); }, 20);
       });
       end(start("ended"));
       const open = start("ended by the app");
       const timer = setInterval(() => {}, 1000);
       say("ready");`,
      { kill: { signal, when: "ready" } },
    );
    assert.deepEqual([code, diedOf], [0, null]);
  });
}

const leavings: [how: string, listen: string][] = [
  ["that listens once", `process.once("SIGTERM", async () => { await work(); again(); });`],
  [
    "that takes its listener away before",
    `process.on("SIGTERM", async function on() { await work(); process.off("SIGTERM", on); again(); });`,
  ],
  [
    "that takes all listeners away before",
    `process.on("SIGTERM", async () => { await work(); process.removeAllListeners("SIGTERM"); again(); });`,
  ],
  [
    "that listens twice",
    `process.on("SIGTERM", function a() { process.off("SIGTERM", a); });
     process.on("SIGTERM", async function b() { await work(); process.off("SIGTERM", b); again(); });`,
  ],
];
for (const [how, listen] of leavings) {
  test(`an app ${how} and sends itself the signal again dies of it with its spans sent`, async (t) => {
    if (noSignals) return t.skip(noSignals);
    const { code, signal, spans } = await accounted(
      `const work = async () => {
         await new Promise((resolve) => setTimeout(resolve, 20));
         end(start("work"));
       };
       const again = () => process.kill(process.pid, "SIGTERM");
       ${listen}${WORKING}`,
      { kill: { signal: "SIGTERM", when: "ready" }, unfinished: ["open"] },
    );
    assert.deepEqual([code, signal], [null, "SIGTERM"]);
    assert.equal(spans.get("open")?.attributes["catalyst.incomplete_reason"], "SIGTERM");
    assert.ok(spans.has("work"));
  });
}

test("while the app listens, it counts its own listeners and no other", async (t) => {
  if (noSignals) return t.skip(noSignals);
  const { stdout } = await accounted(`
    const counts = () => ["SIGTERM", "SIGINT", "SIGHUP"].map((name) => process.listenerCount(name));
    const listener = () => {};
    process.on("SIGTERM", listener);
    process.prependListener("SIGINT", listener);
    process.once("SIGHUP", listener);
    say("while " + counts());
    process.off("SIGTERM", listener);
    process.on("SIGTERM", listener);
    say("again " + counts());
    for (let n = 0; n < 9; n += 1) process.on("SIGTERM", () => {});
    await tracing.shutdown();
    process.removeAllListeners("SIGTERM");
    process.off("SIGINT", listener);
    process.off("SIGHUP", listener);
    say("after " + counts());`);
  assert.equal(stdout, "while 1,1,1\nagain 1,1,1\nafter 0,0,0\n");
});

for (const [what, prepare] of [
  ["exitFlushMs is 0", `const tracing = await setup({ exitFlushMs: 0 });`],
  ["it is disabled", `const tracing = await setup({ disabled: true });`],
  ["it is shut down", `const tracing = await setup(); await tracing.shutdown();`],
  [
    "a test keeps the spans",
    `const { createTestTracing } = await import("catalyst-tracing/testing");
     const tracing = await createTestTracing();`,
  ],
  [
    "exitFlushMs became 0",
    `await setup(); console.warn = () => {}; const tracing = await setup({ exitFlushMs: 0 });`,
  ],
] as const) {
  test(`nothing listens for signals when ${what}`, async () => {
    const program = `
      import { setup } from "catalyst-tracing";
      const before = process.listenerCount("exit");
      ${prepare}
      tracing.tracer.startSpan("open");
      console.log(["SIGTERM", "SIGINT", "SIGHUP", "uncaughtExceptionMonitor"].map((name) => process.listenerCount(name)).join());
      await tracing.shutdown();
      console.log(process.listenerCount("exit") - before);`;
    const env = { CATALYST_OTLP_ENDPOINT: await deadEndpoint() };
    const { code, stdout, stderr } = await runProgram(program, { env });
    assert.deepEqual([code, stdout, stderr], [0, "0,0,0,0\n0\n", ""]);
  });
}

test("a worker thread leaves signals to the main thread", async (t) => {
  if (noSignals) return t.skip(noSignals);
  const { signal, stdout } = await accounted(
    `import { Worker, isMainThread } from "node:worker_threads";
     if (isMainThread) {
       end(start("main"));
       new Worker(new URL(import.meta.url));
     } else {
       end(start("worker"));
       say("in worker " + process.listenerCount("SIGTERM"));
       setInterval(() => {}, 1000);
       setTimeout(() => say("ready"), 50);
     }`,
    { kill: { signal: "SIGTERM", when: "ready" } },
  );
  assert.equal(signal, "SIGTERM");
  assert.match(stdout, /in worker 0/);
});

for (const how of ["hangs", "is dead"] as const) {
  test(`when the collector ${how}, a signal is answered within exitFlushMs, by death`, async (t) => {
    if (noSignals) return t.skip(noSignals);
    await using collector = await startCollector();
    collector.respond({ hang: true });
    const endpoint = how === "hangs" ? collector.url : await deadEndpoint();
    const program = `
      import { setup } from "catalyst-tracing";
      const { tracer } = await setup({ endpoint: ${JSON.stringify(endpoint)}, exitFlushMs: 300 });
      tracer.startSpan("s").end();
      setInterval(() => {}, 1000);
      setTimeout(() => { console.log("at " + Date.now()); process.kill(process.pid, "SIGTERM"); }, 20);`;
    const { code, signal, stdout } = await runProgram(program);
    const took = Date.now() - Number(/at (\d+)/.exec(stdout)?.[1]);
    assert.deepEqual([code, signal], [null, "SIGTERM"]);
    assert.ok(took < 300 + PROCESS_SLACK_MS, `${took} ms`);
  });
}

test("a second signal ends the process at once, while the first is still being answered", async (t) => {
  if (noSignals) return t.skip(noSignals);
  await using collector = await startCollector();
  collector.respond({ hang: true });
  const program = `
    import { spawn } from "node:child_process";
    import { setup } from "catalyst-tracing";
    const { tracer } = await setup({ endpoint: ${JSON.stringify(collector.url)}, exitFlushMs: 15_000 });
    tracer.startSpan("s").end();
    setInterval(() => {}, 1000);
    const again = \`process.on("disconnect", () => {}); process.once("message", () => {
      process.kill(\${process.pid}, "SIGINT");
      setTimeout(() => process.kill(\${process.pid}, "SIGINT"), 600);
    });\`;
    const child = spawn(process.execPath, ["-e", again], { stdio: ["ignore", "ignore", "ignore", "ipc"] });
    child.send("go");`;
  const { code, signal, durationMs } = await runProgram(program);
  assert.deepEqual([code, signal], [null, "SIGINT"]);
  assert.ok(durationMs < 10_000, `${durationMs} ms`);
});

test("a signal that comes twice within a moment, as under npm start, is one", async (t) => {
  if (noSignals) return t.skip(noSignals);
  await using collector = await startCollector();
  collector.respond({ status: 200, delayMs: 120 });
  const program = `
    import { fork } from "node:child_process";
    import { setup } from "catalyst-tracing";
    if (process.argv[2] === "twice") {
      process.kill(process.ppid, "SIGINT");
      setTimeout(() => process.kill(process.ppid, "SIGINT"), 40);
    } else {
      const { tracer } = await setup({ endpoint: ${JSON.stringify(collector.url)}, scheduleDelayMs: 60_000 });
      tracer.startSpan("s").end();
      setInterval(() => {}, 1000);
      fork(new URL(import.meta.url), ["twice"]);
    }`;
  const { code, signal } = await runProgram(program);
  assert.deepEqual([code, signal], [null, "SIGINT"]);
  assert.equal(collector.spans.length, 1);
});

const noGuard = process.platform === "linux" ? false : "only Linux has timers that send signals";

for (const signal of SIGNALS) {
  test(
    `a process whose JavaScript never comes to an end dies of ${signal} all the same`,
    { skip: noGuard },
    async () => {
      const {
        code,
        signal: diedOf,
        stdout,
      } = await accounted(
        `end(start("before"));
         await tracing.flush();
         for (let n = 0; ; n += 1) if (n === 1e8) say("ready " + Date.now());`,
        { kill: { signal, when: "ready" }, setup: { exitFlushMs: 300 } },
      );
      const took = Date.now() - Number(/ready (\d+)/.exec(stdout)?.[1]);
      assert.deepEqual([code, diedOf], [null, signal]);
      assert.ok(took < 300 + PROCESS_SLACK_MS, `${took} ms`);
    },
  );
}

test(
  "a process that is busy for a while, and then gets to the signal, loses nothing",
  { skip: noGuard },
  async () => {
    const { signal } = await accounted(
      `say("ready");
       const until = performance.now() + 600;
       while (performance.now() < until);
       end(start("late"));
       setInterval(() => {}, 1000);`,
      { kill: { signal: "SIGTERM", when: "ready" }, setup: { exitFlushMs: 5000 } },
    );
    assert.equal(signal, "SIGTERM");
  },
);

test(
  "a busy process of which the app listens goes on as long as it would",
  { skip: noGuard },
  async () => {
    const { code } = await accounted(
      `process.on("SIGTERM", () => { end(start("late")); process.exit(7); });
       say("ready");
       const until = performance.now() + 800;
       while (performance.now() < until);
       setInterval(() => {}, 1000);`,
      { kill: { signal: "SIGTERM", when: "ready" }, setup: { exitFlushMs: 200 } },
    );
    assert.equal(code, 7);
  },
);

/** How the SDK ends a process of which it has the only listener. */
const AGENTS_EXITS = { SIGTERM: 0, SIGINT: 130 } as const;

for (const name of ["agents-0.8", "agents-0.20"] as const satisfies AgentsSdk[]) {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    for (const order of ["before", "after"] as const) {
      test(`${name}, imported ${order} setup(), exits at ${signal} as it does alone`, async (t) => {
        if (noSignals) return t.skip(noSignals);
        const url = JSON.stringify(await sdk(name).esmUrl());
        const body =
          order === "before" ? `import ${url};${WORKING}` : `await import(${url});${WORKING}`;
        const { code, signal: diedOf } = await accounted(body, {
          kill: { signal, when: "ready" },
          setup: { autoInstrument: false },
          unfinished: ["open"],
        });
        assert.deepEqual([code, diedOf], [AGENTS_EXITS[signal], null]);
      });
    }

    test(`${name} leaves ${signal} to the app's own listener`, async (t) => {
      if (noSignals) return t.skip(noSignals);
      const url = JSON.stringify(await sdk(name).esmUrl());
      const { code } = await accounted(
        `import ${url};
         process.on(${JSON.stringify(signal)}, () => setTimeout(() => process.exit(7), 300));${WORKING}`,
        { kill: { signal, when: "ready" }, unfinished: ["open"] },
      );
      assert.equal(code, 7);
    });
  }
}
