// The ends of processes on other runtimes, and of processes that belong together.

import assert from "node:assert/strict";
import { test } from "node:test";

import { startCollector } from "../support/collector.js";
import { findBun, findDeno, nodeVersions } from "../support/node-versions.js";
import { runProgram } from "../support/subprocess.js";
import { type Account, accounted, ACCOUNTED, endedIds } from "./accounts.js";

const noSignals = process.platform === "win32" ? "a process cannot send them here" : false;

for (const runtime of [...nodeVersions(), findBun(), findDeno()]) {
  if ("skipped" in runtime) {
    test("a runtime that is not here", { skip: runtime.skipped }, () => {});
    continue;
  }
  const { name, version, path } = runtime;
  const run = async (body: string, more: Parameters<typeof accounted>[1] = {}): Promise<Account> =>
    await accounted(body, { runtime: name, ...(name === "node" && { node: path }), ...more });
  const OPEN = `globalThis.kept = start("open"); end(start("ended"));`;
  const unfinished = ["open"];

  test(`${name} ${version}: a process that has nothing left to do ends, with its open spans`, async () => {
    const { code, stderr, spans } = await run(OPEN, { unfinished });
    assert.deepEqual([code, stderr], [0, ""]);
    assert.equal(spans.get("open")?.attributes["catalyst.incomplete_reason"], "process_exit");
  });

  test(`${name} ${version}: process.exit() ends open spans`, async () => {
    const { code } = await run(`${OPEN} process.exit(5);`, { unfinished });
    assert.equal(code, 5);
  });

  test(`${name} ${version}: an uncaught error ends open spans`, async () => {
    const { code, stderr } = await run(
      `${OPEN} setTimeout(() => { throw new Error("of the app"); }, 5);`,
      { unfinished },
    );
    assert.equal(code, 1);
    assert.match(stderr, /of the app/);
  });

  test(`${name} ${version}: an unhandled rejection ends open spans`, async () => {
    const { code, stderr } = await run(
      `${OPEN} setTimeout(() => { Promise.reject(new Error("of the app")); }, 5); setTimeout(() => {}, 500);`,
      { unfinished },
    );
    assert.equal(code, 1);
    assert.match(stderr, /of the app/);
  });

  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    test(`${name} ${version}: a process without a listener dies of ${signal}, with its spans sent`, async (t) => {
      if (noSignals) return t.skip(noSignals);
      const { code, signal: diedOf } = await run(
        `${OPEN} setInterval(() => {}, 1000); setTimeout(() => say("ready"), 10);`,
        { kill: { signal, when: "ready" }, unfinished },
      );
      assert.deepEqual([code, diedOf], [null, signal]);
    });
  }

  test(`${name} ${version}: a listener of the app decides on a signal`, async (t) => {
    if (noSignals) return t.skip(noSignals);
    const { code, stdout } = await run(
      `process.on("SIGTERM", () => {
           say("counts " + process.listenerCount("SIGTERM"));
           setTimeout(() => { end(start("late")); process.exit(6); }, 20);
         });
         ${OPEN} setInterval(() => {}, 1000); setTimeout(() => say("ready"), 10);`,
      { kill: { signal: "SIGTERM", when: "ready" }, unfinished },
    );
    assert.equal(code, 6);
    assert.match(stdout, /counts 1/);
  });

  test(`${name} ${version}: a listener that hears a signal once leaves the second one to us`, async (t) => {
    if (noSignals) return t.skip(noSignals);
    const { code, signal: diedOf } = await run(
      `process.once("SIGTERM", () => {
           end(start("first"));
           setTimeout(() => process.kill(process.pid, "SIGTERM"), ${name === "bun" ? 1500 : 20});
         });
         ${OPEN} setInterval(() => {}, 1000); setTimeout(() => say("ready"), 10);`,
      { kill: { signal: "SIGTERM", when: "ready" }, unfinished },
    );
    assert.deepEqual([code, diedOf], [null, "SIGTERM"]);
  });
}

const bun = findBun();
test(
  "bun: a signal that the process was started to ignore stays ignored",
  { skip: "skipped" in bun ? bun.skipped : noSignals },
  async () => {
    const { code, signal } = await accounted(
      `import { spawn } from "node:child_process";
       if (process.env.CHILD === undefined) {
         const env = { ...process.env, CHILD: "1" };
         const again = \`trap "" HUP; exec "\${process.execPath}" run "\${process.argv[1]}"\`;
         const child = spawn("sh", ["-c", again], { env, stdio: ["ignore", "inherit", "inherit"] });
         child.once("exit", (code) => process.exit(code ?? 99));
       } else {
         end(start("before"));
         process.kill(process.pid, "SIGHUP");
         setTimeout(() => { end(start("after")); process.exit(8); }, 100);
       }`,
      { runtime: "bun" },
    );
    assert.deepEqual([code, signal], [8, null]);
  },
);

/** Whatever process said that a span has ended, it has arrived, once. */
async function family(
  body: string,
  options: Parameters<typeof runProgram>[1] = {},
): Promise<{ names: string[]; incomplete: string[]; code: number | null; stderr: string }> {
  await using collector = await startCollector();
  const env = {
    CATALYST_OTLP_ENDPOINT: collector.url,
    TEST_OPTIONS: JSON.stringify({ scheduleDelayMs: 60_000 }),
  };
  const result = await runProgram(ACCOUNTED + body, { timeoutMs: 20_000, ...options, env });
  assert.equal(result.timedOut, false, result.stderr);
  assert.deepEqual(collector.problems, []);
  const incomplete = collector.spans.filter((span) => span.attributes["catalyst.incomplete"]);
  const whole = collector.spans.filter((span) => !incomplete.includes(span));
  assert.deepEqual(whole.map((span) => span.spanId).sort(), endedIds(result).sort());
  return {
    names: whole.map((span) => span.name).sort(),
    incomplete: incomplete.map((span) => span.name).sort(),
    code: result.code,
    stderr: result.stderr,
  };
}

test("a child that is forked while spans are open has none of them, and each arrives once", async () => {
  const { names, incomplete, code } = await family(`
    import { fork } from "node:child_process";
    import { once } from "node:events";
    if (process.argv[2] === "child") {
      end(start("of the child"));
      globalThis.kept = start("open in the child");
      process.exit(0);
    }
    const open = start("of the parent");
    globalThis.kept = start("open in the parent");
    const child = fork(new URL(import.meta.url), ["child"]);
    await once(child, "exit");
    end(open);`);
  assert.equal(code, 0);
  assert.deepEqual(names, ["of the child", "of the parent"]);
  assert.deepEqual(incomplete, ["open in the child", "open in the parent"]);
});

const CLUSTER = `
import cluster from "node:cluster";
import { once } from "node:events";
if (cluster.isWorker) {
  end(start("worker"));
  globalThis.kept = start("open");
  setInterval(() => {}, 1000);
  setTimeout(() => process.send("ready"), 20);
} else {
  end(start("primary"));
  const workers = Array.from({ length: 4 }, () => cluster.fork());
  await Promise.all(workers.map((worker) => once(worker, "message")));
`;
const FOUR = (name: string): string[] => Array.from({ length: 4 }, () => name);

test("each worker of a cluster sends its spans when the primary kills it", async (t) => {
  if (noSignals) return t.skip(noSignals);
  const { names, incomplete, code, stderr } = await family(`${CLUSTER}
    const ends = workers.map((worker) => once(worker, "exit"));
    for (const worker of workers) worker.process.kill("SIGTERM");
    const how = await Promise.all(ends);
    if (how.some(([code, signal]) => code !== null || signal !== "SIGTERM")) throw new Error(String(how));
  }`);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.deepEqual(names, ["primary", ...FOUR("worker")]);
  assert.deepEqual(incomplete, FOUR("open"));
});

test("each worker of a cluster sends its spans when the primary is gone", async (t) => {
  if (noSignals) return t.skip(noSignals);
  await using collector = await startCollector();
  const env = {
    CATALYST_OTLP_ENDPOINT: collector.url,
    TEST_OPTIONS: JSON.stringify({ scheduleDelayMs: 60_000 }),
  };
  const program = `${ACCOUNTED}${CLUSTER} await tracing.flush(); process.kill(process.pid, "SIGKILL"); }`;
  const { signal } = await runProgram(program, { env });
  assert.equal(signal, "SIGKILL");
  await collector.waitForSpans(9);
  const names = collector.spans.map((span) => span.name).sort();
  assert.deepEqual(names, [...FOUR("open"), "primary", ...FOUR("worker")]);
});

test("a group of processes that gets Ctrl-C sends all that each of them has", async (t) => {
  if (noSignals) return t.skip(noSignals);
  await using collector = await startCollector();
  const env = {
    CATALYST_OTLP_ENDPOINT: collector.url,
    TEST_OPTIONS: JSON.stringify({ scheduleDelayMs: 60_000 }),
  };
  const program = `${ACCOUNTED}${CLUSTER} process.kill(0, "SIGINT"); await new Promise(() => {}); }`;
  const { signal } = await runProgram(program, { env });
  assert.equal(signal, "SIGINT");
  await collector.waitForSpans(9);
  assert.equal(new Set(collector.spans.map((span) => span.spanId)).size, 9);
});
