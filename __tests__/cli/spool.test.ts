// `catalyst-tracing spool`: what an operator does with spans that wait in a directory.

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { deadEndpoint } from "../lifetimes/programs.js";
import { startCollector } from "../support/collector.js";
import { projectRoot } from "../support/project.js";
import { runProgram, startProgram, type ProgramResult } from "../support/subprocess.js";

const MAIN = join(projectRoot, "dist", "cli", "main.js");
const FOLDER = mkdtempSync(join(tmpdir(), "catalyst-spool-cli-"));
after(() => rmSync(FOLDER, { recursive: true, force: true }));

let spools = 0;
const newSpool = (): string => join(FOLDER, String((spools += 1)));

async function spool(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<ProgramResult> {
  return await runProgram(MAIN, { args: ["spool", ...args], env });
}

/** An app that ends five spans and is killed; its spans were meant for `endpoint`. */
async function leaveBehind(dir: string, endpoint: string, count = 5): Promise<void> {
  const app = `
    import { setup } from "catalyst-tracing";
    const tracing = await setup(JSON.parse(process.env.OPTIONS));
    for (let n = 0; n < ${count}; n += 1) tracing.tracer.startSpan("span " + n).end();
    await tracing.flush(300);
    process.kill(process.pid, "SIGKILL");
  `;
  const options = { endpoint, spool: dir, timeoutMs: 100 };
  await runProgram(app, { env: { OPTIONS: JSON.stringify(options) } });
}

test("status shows what waits, for whom, and whether a process has it in hand", async () => {
  const dir = newSpool();
  const endpoint = await deadEndpoint();
  await leaveBehind(dir, endpoint);
  const { stdout, stderr, code } = await spool(["status", "--dir", dir]);
  assert.deepEqual({ stderr, code }, { stderr: "", code: 0 });
  const [whole, process] = stdout.split("\n");
  assert.match(
    whole ?? "",
    /: 5 spans, 1 file, [\d.]+ (bytes|KiB), the oldest since \d{4}-\d\d-\d\dT/,
  );
  assert.ok(process?.includes(`left behind: 5 spans, 1 file, `), stdout);
  assert.ok(process?.endsWith(`for ${endpoint}/v1/traces (otlp)`), stdout);
});

test("status as JSON has the same, and tells a living process", async () => {
  const dir = newSpool();
  const app = await startProgram(
    `import { setup } from "catalyst-tracing";
     const tracing = await setup({ timeoutMs: 100 });
     tracing.tracer.startSpan("waits").end();
     await tracing.flush(300);
     console.log("waiting");
     setInterval(() => {}, 1000);`,
    { env: { CATALYST_SPOOL_DIR: dir, CATALYST_OTLP_ENDPOINT: await deadEndpoint() } },
  );
  await app.waitForOutput("waiting");
  const { stdout } = await spool(["status", "--json"], { CATALYST_SPOOL_DIR: dir });
  app.kill();
  const report = JSON.parse(stdout) as {
    waitingSpans: number;
    processes: { pid: number; isHeld: boolean; waitingSpans: number; oldest: string }[];
  };
  assert.equal(report.waitingSpans, 1);
  const [process] = report.processes;
  assert.deepEqual(
    [process?.pid, process?.isHeld, process?.waitingSpans],
    [app.process.pid, true, 1],
  );
  assert.ok(Date.now() - Date.parse(process?.oldest ?? "") < 60_000);
});

test("status of a directory that is not there finds nothing, and makes none", async () => {
  const dir = newSpool();
  const { stdout, code } = await spool(["status", "--dir", dir]);
  assert.deepEqual([stdout, code], [`${dir}: nothing waits there.\n`, 0]);
  assert.equal(existsSync(dir), false);
});

test("drain delivers what was left behind, once, and leaves an empty directory", async () => {
  const dir = newSpool();
  const endpoint = await deadEndpoint();
  await leaveBehind(dir, endpoint);
  await leaveBehind(dir, endpoint, 3);
  await using collector = await startCollector();
  // Meant for an address at which nobody listens any more: an operator has to say so.
  const wrong = await spool(["drain", "--dir", dir, "--endpoint", collector.url]);
  assert.match(wrong.stdout, /delivered 0 of 0 spans.*\n.*8 spans still there, for .* --all/);
  assert.equal(wrong.code, 1);
  const { stdout, stderr, code } = await spool(["drain", "--dir", dir, "--all"], {
    CATALYST_OTLP_ENDPOINT: collector.url,
    CATALYST_OTLP_TOKEN: "hunter22",
  });
  assert.equal(stdout, `${dir}: delivered 8 of 8 spans to ${collector.url}/v1/traces\n`);
  assert.deepEqual({ stderr, code }, { stderr: "", code: 0 });
  assert.equal(collector.requests[0]?.headers["authorization"], "Bearer hunter22");
  const names = collector.spans.map(({ name }) => name).sort();
  const expected = [0, 0, 1, 1, 2, 2, 3, 4].map((number) => `span ${number}`);
  assert.deepEqual(names, expected);
  assert.deepEqual(readdirSync(dir), []);
  const again = await spool(["drain", "--dir", dir, "--endpoint", collector.url]);
  assert.match(again.stdout, /delivered 0 of 0 spans/);
  assert.equal(again.code, 0);
  assert.deepEqual(collector.problems, []);
});

test("drain leaves everything where it is when the collector is away, and says why", async () => {
  const dir = newSpool();
  const endpoint = await deadEndpoint();
  await leaveBehind(dir, endpoint);
  const { stdout, code } = await spool(["drain", "--dir", dir, "--endpoint", endpoint, "--json"], {
    OTEL_EXPORTER_OTLP_TIMEOUT: "200",
  });
  const report = JSON.parse(stdout) as Record<string, unknown>;
  assert.deepEqual([report["recovered"], report["delivered"], report["left"]], [5, 0, 5]);
  assert.match(String(report["lastError"]), /nobody listens|refused/i);
  assert.equal(code, 1);
});

test("clear deletes what no process has, when it is told twice", async () => {
  const dir = newSpool();
  await leaveBehind(dir, await deadEndpoint());
  const asked = await spool(["clear", "--dir", dir]);
  assert.match(asked.stderr, /--force/);
  assert.equal(asked.code, 2);
  assert.ok(readdirSync(dir).length > 0);
  const { stdout, code } = await spool(["clear", "--dir", dir, "--force"]);
  assert.match(stdout, /: deleted 5 spans \([\d.]+ (bytes|KiB)\)\.\n$/);
  assert.equal(code, 0);
  assert.deepEqual(readdirSync(dir), []);
  const again = await spool(["clear", "--dir", dir]);
  assert.deepEqual([again.stdout, again.code], [`${dir}: there is nothing to delete.\n`, 0]);
});

for (const [args, said] of [
  [[], "spool takes status, drain, clear"],
  [["statsu"], "spool takes status, drain, clear"],
  [["status"], "CATALYST_SPOOL_DIR"],
  [["status", "now"], '"now" is not understood'],
  [["drain", "--dir", "x", "--endpoint", "nowhere"], "endpoint"],
] as const) {
  test(`"spool ${args.join(" ")}" is wrong usage`, async () => {
    const { stdout, stderr, code } = await spool(args);
    assert.ok(stderr.includes(said), stderr);
    assert.deepEqual({ stdout, code }, { stdout: "", code: 2 });
  });
}
