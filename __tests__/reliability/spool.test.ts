// Spans on disk, from `setup()` to what a collector gets from the next process.

import assert from "node:assert/strict";
import {
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { deadEndpoint, runTraced } from "../lifetimes/programs.js";
import { type Collector, startCollector } from "../support/collector.js";
import { runProgram } from "../support/subprocess.js";

const FOLDER = mkdtempSync(join(tmpdir(), "catalyst-spool-"));
after(() => rmSync(FOLDER, { recursive: true, force: true }));

let spools = 0;
const newSpool = (): string => join(FOLDER, String((spools += 1)));

/** Ends spans of these names and is killed, with a collector that did not take them. */
async function leaveBehind(dir: string, endpoint: string, names: readonly string[]): Promise<void> {
  const body = `
    for (const name of ${JSON.stringify(names)}) endSpan(name);
    await tracing.flush(200);
    process.kill(process.pid, "SIGKILL");`;
  await runTraced(body, endpoint, { setup: { spool: dir, timeoutMs: 100 } });
}

/** Delivers until there is nothing left, and says what the stats were. */
const UNTIL_EMPTY = `
  import { readdirSync } from "node:fs";
  const isLeft = () => readdirSync(options.spool).some((name) => name.endsWith(".spool"));
  while (isLeft()) {
    await tracing.flush();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  console.log(JSON.stringify(tracing.stats()));`;

function names(collector: Collector): string[] {
  return collector.spans.map(({ name }) => name).sort();
}

async function withAwayCollector(
  act: (endpoint: string, comeBack: () => void, collector: Collector) => Promise<void>,
): Promise<void> {
  await using collector = await startCollector();
  collector.respond({ status: 503 });
  await act(collector.url, () => collector.respond({ status: 200 }), collector);
  assert.deepEqual(collector.problems, []);
}

test("what a killed process had not delivered arrives with the next one, with its resource", async () => {
  await withAwayCollector(async (url, comeBack, collector) => {
    const dir = newSpool();
    await leaveBehind(dir, url, ["a", "b"]);
    comeBack();
    const setup = { spool: dir, serviceName: "next" };
    const { stdout, code } = await runTraced(UNTIL_EMPTY, url, { setup });
    assert.equal(code, 0);
    assert.deepEqual(names(collector), ["a", "b"]);
    assert.notEqual(collector.spans[0]?.resource["service.name"], "next");
    const { ended, delivered, spool } = JSON.parse(stdout) as Record<string, unknown>;
    assert.deepEqual([ended, delivered], [0, 2]);
    assert.deepEqual(spool, { recovered: 2, left: 0, notSpooled: 0, orphans: 0, damaged: 0 });
    assert.deepEqual(readdirSync(dir), []);
  });
});

test("an exit does not wait for a collector that is away when all is on disk", async () => {
  await withAwayCollector(async (url, comeBack, collector) => {
    const dir = newSpool();
    const setup = { spool: dir, timeoutMs: 100, exitFlushMs: 8000 };
    const body = `
      endSpan("before");
      await tracing.flush();
      endSpan("last");
      ending();
      process.exit(3);`;
    const { code, exitDelayMs, stderr } = await runTraced(body, url, { setup });
    assert.equal(code, 3);
    assert.ok(exitDelayMs < 4000, `${exitDelayMs} ms; ${stderr}`);
    comeBack();
    await runTraced(UNTIL_EMPTY, url, { setup });
    assert.deepEqual(names(collector), ["before", "last"]);
  });
});

test("shutdown() counts what it leaves on disk as left, not as lost", async () => {
  const setup = { spool: newSpool(), timeoutMs: 100 };
  const body = `
    for (const name of ["a", "b", "c"]) endSpan(name);
    await tracing.shutdown(500);
    console.log(JSON.stringify(tracing.stats()));`;
  const { stdout } = await runTraced(body, await deadEndpoint(), { setup });
  const { ended, queued, lost, spool } = JSON.parse(stdout) as Record<string, unknown>;
  assert.deepEqual({ ended, queued, lost }, { ended: 3, queued: 0, lost: 0 });
  assert.deepEqual(spool, { recovered: 0, left: 3, notSpooled: 0, orphans: 0, damaged: 0 });
});

test("eight processes share a directory, and what eight dead ones left arrives once", async () => {
  await withAwayCollector(async (url, comeBack, collector) => {
    const dir = newSpool();
    const of = (process: number) => Array.from({ length: 20 }, (_, n) => `${process}.${n}`);
    const eight = [0, 1, 2, 3, 4, 5, 6, 7];
    await Promise.all(eight.map(async (process) => await leaveBehind(dir, url, of(process))));
    comeBack();
    const setup = { spool: dir };
    await Promise.all(
      eight.map(async (process) => {
        const body = `
          for (let n = 0; n < 20; n += 1) endSpan("new ${process}." + n);
          do await tracing.flush();
          while (tracing.stats().queued + tracing.stats().spool.orphans > 0);`;
        return await runTraced(body, url, { setup, timeoutMs: 60_000 });
      }),
    );
    await runTraced(UNTIL_EMPTY, url, { setup });
    const old = eight.flatMap(of);
    assert.deepEqual(names(collector), [...old, ...old.map((name) => `new ${name}`)].sort());
    assert.deepEqual(readdirSync(dir), []);
  });
});

test("spans of workers are on disk too", async () => {
  await withAwayCollector(async (url, comeBack, collector) => {
    const dir = newSpool();
    const setup = { spool: dir, timeoutMs: 100 };
    const body = `
      import { Worker } from "node:worker_threads";
      const worker = new Worker(
        'import("catalyst-tracing").then(async ({ setup }) => {' +
          "const { tracer } = await setup(JSON.parse(process.env.TEST_OPTIONS));" +
          'tracer.startSpan("of the worker").end(); })',
        { eval: true },
      );
      await new Promise((resolve) => worker.once("exit", resolve));
      await tracing.flush(300);
      process.kill(process.pid, "SIGKILL");`;
    await runTraced(body, url, { setup });
    comeBack();
    await runTraced(UNTIL_EMPTY, url, { setup });
    assert.deepEqual(names(collector), ["of the worker"]);
  });
});

for (const [what, prepare] of [
  ["is a file", (dir: string) => writeFileSync(dir, "text")],
  [
    "belongs to another user",
    (dir: string) => {
      mkdirSync(dir);
      chownSync(dir, 65_534, 65_534);
    },
  ],
] as const) {
  const skip = what === "belongs to another user" && process.getuid?.() !== 0;
  test(`a directory that ${what} costs a warning, and nothing else`, { skip }, async () => {
    await using collector = await startCollector();
    const dir = newSpool();
    prepare(dir);
    const body = `
      endSpan("a");
      await tracing.flush();
      endSpan("b");
      await tracing.flush();
      console.log(JSON.stringify(tracing.stats()));`;
    const result = await runTraced(body, collector.url, { setup: { spool: dir } });
    assert.equal(result.code, 0);
    assert.deepEqual(names(collector), ["a", "b"]);
    const warnings = result.stderr.split("\n").filter(Boolean);
    assert.equal(warnings.length, 1, result.stderr);
    assert.ok(warnings[0]?.includes(`directory ${dir} cannot be used`), result.stderr);
    const { spool } = JSON.parse(result.stdout) as { spool: { notSpooled: number } };
    assert.equal(spool.notSpooled, 2);
  });
}

test("what a newer version wrote stays as it is, with a warning", async () => {
  await withAwayCollector(async (url, comeBack, collector) => {
    const dir = newSpool();
    await leaveBehind(dir, url, ["newer"]);
    const name = readdirSync(dir).find((file) => file.endsWith(".spool")) ?? "";
    const bytes = readFileSync(join(dir, name));
    bytes[8] = 2;
    writeFileSync(join(dir, name), bytes);
    comeBack();
    const setup = { spool: dir };
    const body = `endSpan("mine"); await tracing.flush(); await tracing.flush();`;
    const { stderr } = await runTraced(body, url, { setup });
    assert.match(stderr, /holds spans that only a newer version/);
    assert.deepEqual(names(collector), ["mine"]);
    assert.deepEqual(readFileSync(join(dir, name)), bytes);
  });
});

test("a file that was damaged costs what is damaged, and is counted", async () => {
  await withAwayCollector(async (url, comeBack, collector) => {
    const dir = newSpool();
    for (const name of ["a", "b"]) await leaveBehind(dir, url, [name]);
    const [first = ""] = readdirSync(dir).filter((file) => file.endsWith(".spool"));
    const bytes = readFileSync(join(dir, first));
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 0xff;
    writeFileSync(join(dir, first), bytes);
    comeBack();
    const { stdout } = await runTraced(UNTIL_EMPTY, url, { setup: { spool: dir } });
    assert.deepEqual(names(collector), ["b"]);
    const { losses, spool } = JSON.parse(stdout) as Record<string, object>;
    assert.deepEqual(losses, [{ stage: "spool", reason: "damaged", spans: 1 }]);
    assert.deepEqual(spool, { recovered: 2, left: 0, notSpooled: 0, orphans: 0, damaged: 1 });
  });
});

test("a setting of the environment is enough", async () => {
  await withAwayCollector(async (url, comeBack, collector) => {
    const dir = newSpool();
    const env = { CATALYST_SPOOL_DIR: dir, OTEL_EXPORTER_OTLP_TIMEOUT: "100" };
    const kill = `endSpan("a"); await tracing.flush(200); process.kill(process.pid, "SIGKILL");`;
    await runTraced(kill, url, { env });
    comeBack();
    await runProgram(
      `import { setup } from "catalyst-tracing";
       const options = { spool: process.env.CATALYST_SPOOL_DIR };
       const tracing = await setup(); ${UNTIL_EMPTY}`,
      { env: { ...env, CATALYST_OTLP_ENDPOINT: url } },
    );
    assert.deepEqual(names(collector), ["a"]);
  });
});
