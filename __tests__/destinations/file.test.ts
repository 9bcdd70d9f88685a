// `sink: { file }`: what is in the file when the process has ended, however it ended.

import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { accountedFor, record, start } from "../delivery/tracing.js";
import { type DecodedSpan, decodeTraces } from "../support/otlp.js";
import { type ProgramOptions, runProgram } from "../support/subprocess.js";

async function makeFolder() {
  const folder = await mkdtemp(join(tmpdir(), "catalyst-file-"));
  return {
    path: (name: string) => join(folder, name),
    /** All files in it, in the order of their ends. */
    files: async () => (await readdir(folder)).sort().map((name) => join(folder, name)),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Each line is a request of OTLP/JSON, read strictly. */
async function spansIn(file: string): Promise<DecodedSpan[]> {
  const text = await readFile(file, "utf8");
  assert.ok(text.endsWith("\n"), "the last line has an end");
  return text
    .slice(0, -1)
    .split("\n")
    .map((line) => {
      const { spans, problems } = decodeTraces(Buffer.from(line), "application/json");
      assert.deepEqual(problems, []);
      assert.equal(spans.length, 1, "a span for each line");
      return spans[0] as DecodedSpan;
    });
}

const names = (spans: readonly DecodedSpan[]): string[] => spans.map(({ name }) => name);

const PROGRAM = `
import { setup } from "catalyst-tracing";
const { tracer } = await setup({ autoInstrument: false, serviceName: "writer" });
const count = Number(process.env.COUNT ?? 1);
for (let i = 0; i < count; i++) {
  tracer.startSpan("span " + i, { attributes: { text: "x".repeat(200), i } }).end();
  if (i % 10 === 9) await new Promise(setImmediate);
}
`;

async function write(
  file: string,
  body = "",
  options: ProgramOptions = {},
  sink = `file:${file}`,
): Promise<void> {
  const env = { CATALYST_SINK: sink, ...options.env };
  const result = await runProgram(PROGRAM + body, { timeoutMs: 20_000, ...options, env });
  assert.deepEqual([result.stderr, result.code], ["", 0]);
}

test("spans are lines that any reader of OTLP understands, and are there when the process ends", async () => {
  await using folder = await makeFolder();
  const file = folder.path("new/traces.jsonl");
  await write(file, `process.exit();`, { env: { COUNT: "3" } });
  const spans = await spansIn(file);
  assert.deepEqual(names(spans), ["span 0", "span 1", "span 2"]);
  assert.equal(spans[2]?.attributes["i"], 2);
  assert.equal(spans[0]?.resource["service.name"], "writer");
  await write(file);
  assert.equal((await spansIn(file)).length, 4, "what was there stays");
  if (process.platform !== "win32") assert.equal((await stat(file)).mode & 0o777, 0o600);
});

test("a relative path is one of the folder that setup() was called in", async () => {
  await using folder = await makeFolder();
  await using tracing = await start({ sink: { file: folder.path("./a/../traces.jsonl") } });
  record(tracing, 2);
  assert.equal((await tracing.flush()).delivered, 2);
  assert.equal(tracing.endpoint, `file:${folder.path("traces.jsonl")}`);
  assert.equal((await spansIn(folder.path("traces.jsonl"))).length, 2);
});

test("files follow each other at their size, and the oldest go", async () => {
  await using folder = await makeFolder();
  const file = folder.path("traces.jsonl");
  await using tracing = await start({ sink: { file, maxBytes: 5000, maxFiles: 3 } });
  for (let round = 0; round < 20; round++) {
    record(tracing, 1, 1000);
    assert.equal((await tracing.flush()).ok, true);
  }
  const files = await folder.files();
  assert.equal(files.length, 3);
  for (const one of files) {
    assert.ok((await stat(one)).size <= 5000);
    assert.ok((await spansIn(one)).length > 0);
  }
  assert.equal(accountedFor(tracing).delivered, 20);
});

test("processes that share a file leave every line of every one of them whole", async () => {
  await using folder = await makeFolder();
  const file = folder.path("shared.jsonl");
  const options = { env: { COUNT: "300" } };
  await Promise.all([1, 2, 3].map(() => write(file, "", options)));
  const spans = await spansIn(file);
  assert.equal(spans.length, 900);
  assert.equal(new Set(spans.map(({ spanId }) => spanId)).size, 900);
});

test("a file that cannot be written is said, waited for, and written when it can", async (context) => {
  if (process.platform !== "linux") return context.skip("/dev/full is Linux's");
  await using folder = await makeFolder();
  const file = folder.path("traces.jsonl");
  await symlink("/dev/full", file);
  await using tracing = await start({ sink: { file } });
  record(tracing, 3);
  const flushed = await tracing.flush();
  assert.deepEqual([flushed.pending, flushed.lost], [3, 0]);
  assert.match(
    tracing.stats().lastError ?? "",
    /traces\.jsonl cannot be written \(No space left on device.*room on the disk/,
  );
  await unlink(file);
  assert.equal((await tracing.flush()).delivered, 3);
  assert.equal((await spansIn(file)).length, 3);
});

test("a folder in the file's place does no harm to the app", async () => {
  await using folder = await makeFolder();
  const file = folder.path("taken");
  await mkdir(file);
  const result = await runProgram(`${PROGRAM} console.log("the app goes on");`, {
    env: { CATALYST_SINK: `file:${file}` },
    timeoutMs: 20_000,
  });
  assert.deepEqual([result.stdout, result.code], ["the app goes on\n", 0]);
  assert.match(result.stderr, /taken cannot be written \(Is a directory/);
});

test("beside a collector that is away, a file has everything at once", async () => {
  await using folder = await makeFolder();
  const file = folder.path("traces.jsonl");
  await using tracing = await start({
    sink: { file },
    endpoint: "http://127.0.0.1:9",
    timeoutMs: 200,
  });
  record(tracing, 5);
  const flushed = await tracing.flush();
  assert.equal(flushed.pending, 5);
  assert.equal((await spansIn(file)).length, 5);
});
