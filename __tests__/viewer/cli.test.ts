// The commands that read the store, as a person or a script meets them: a real store that the SDK
// filled through the receiver, while `dev` runs there.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";

import { agentSpan, manualSpan, setup } from "catalyst-tracing";

import { assertHas } from "../support/partial.js";
import { projectRoot } from "../support/project.js";
import { COLUMNS, openTerminal } from "../support/pseudo-terminal.js";
import { readWithHalo } from "../support/python.js";
import { cleanEnvironment, runProgram, startProgram } from "../support/subprocess.js";
import { startViewer, type JsonObject, type Viewer } from "../support/viewer.js";

const COMMAND = join(projectRoot, "dist", "cli", "main.js");
const OWNER_ALONE = 0o600;
const HOSTILE = "Where is\u001b[31m ABC-123?\u009b2J\u0007\u202e";

let folder: string;
let viewer: Viewer;
let traceIds: string[];

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "catalyst-cli-"));
  viewer = await startViewer([], { cwd: folder });
  traceIds = [await send("s-1", true), await send("s-2", false)];
});

after(async () => {
  await viewer[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** A run with a model call and a tool that fails or does not. */
async function send(sessionId: string, fails: boolean): Promise<string> {
  const tracing = await setup({ endpoint: viewer.url, autoInstrument: false, serviceName: "desk" });
  const identity = { agentId: "desk", agentName: "Support Desk", sessionId, userId: "ann" };
  const id = await agentSpan({ ...identity, metadata: { plan: "pro" } }, async (agent) => {
    agent.setInput(HOSTILE);
    const usage = { promptTokens: 1000, completionTokens: 5, totalTokens: 1005 };
    const attributes = {
      "llm.input_messages.0.message.role": "user",
      "llm.input_messages.0.message.content": "Where is it?",
      "llm.output_messages.0.message.role": "assistant",
      "llm.output_messages.0.message.tool_calls.0.tool_call.id": "c1",
      "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "lookup",
      "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments": '{"order":1}',
    };
    const call = { spanName: "model", spanKind: "LLM", model: "mine", usage, attributes } as const;
    await manualSpan(call, async () => {});
    const tool = { spanName: "look up", spanKind: "TOOL", toolName: "lookup" } as const;
    await manualSpan({ ...tool, attributes: { "organization.id": "org_42" } }, async () => {
      if (fails) throw new Error("there is no such order");
    }).catch(() => {});
    agent.setOutput("Here.");
    return agent.traceId;
  });
  assert.equal((await tracing.flush()).lost, 0);
  await tracing.shutdown();
  return id;
}

async function catalyst(
  ...args: string[]
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await runProgram(COMMAND, { args, cwd: folder });
  return { code, stdout, stderr };
}

async function json(...args: string[]): Promise<unknown> {
  const { code, stdout, stderr } = await catalyst(...args, "--json");
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

test("traces are listed, the newest first, as a table and as JSON", async () => {
  const { code, stdout } = await catalyst("trace", "list", "--range", "1h");
  assert.equal(code, 0);
  const [head, first, second] = stdout.split("\n");
  assert.match(head ?? "", /^TRACE +NAME +STATUS +STARTED +DURATION +SPANS +TOKENS/);
  assert.ok(first?.startsWith(traceIds[1]?.slice(0, 12) ?? "-"), first);
  assert.match(second ?? "", / error .* 3 +1,005 .*Support Desk/);
  assertHas(await json("trace", "list"), [{ traceId: traceIds[1] }, { traceId: traceIds[0] }]);
});

for (const [args, expected] of [
  [["--status", "error"], 1],
  [["--session", "s-2", "--agent", "Support Desk", "--user", "ann", "--service", "desk"], 1],
  [["--metadata", "plan=pro", "--metadata", "organization.id=org_42", "--kind", "llm"], 2],
  [["--metadata", "metadata.plan=pro", "--q", "abc-123"], 2],
  [["--limit", "1"], 1],
] as const) {
  test(`trace list ${args.join(" ")} finds ${expected}`, async () => {
    const found = await json("trace", "list", ...args);
    assert.ok(Array.isArray(found));
    assert.equal(found.length, expected);
  });
}

test("a trace is a tree, found by the beginning of its id", async () => {
  const id = traceIds[0] ?? "";
  const { stdout } = await catalyst("trace", "get", id.slice(0, 10).toUpperCase());
  const tree = stdout.replaceAll(/\d+\.\d+ ms/g, "T").split("\n");
  assert.equal(tree[0], `trace ${id} error`);
  assert.match(tree[1] ?? "", /3 spans · 1 error · 1,000→5 tokens .* session s-1 · user ann/);
  assert.deepEqual(tree.slice(2), [
    "Support Desk.run [AGENT] T",
    "├─ model [LLM] T mine 1,000→5 tokens",
    "└─ look up [TOOL] T ERROR: there is no such order",
    "",
  ]);
});

test("a trace is a timeline, and JSON", async () => {
  const id = traceIds[0] ?? "";
  const { stdout } = await catalyst("trace", "get", id, "--view", "timeline");
  const bars = stdout.split("\n").filter((line) => /ms +█+$/.test(line));
  assert.equal(bars.length, 3);
  assert.ok(bars[2]?.includes("look up ✗"), bars[2]);
  assertHas(await json("trace", "get", id), {
    trace: { spanCount: 3 },
    spans: [{ kind: "AGENT" }],
  });
});

test("spans are listed by what they are, and not by what their trace has", async () => {
  assertHas(await json("span", "list", "--trace-id", traceIds[0] ?? "", "--kind", "LLM"), [
    { traceId: traceIds[0], name: "model", tokens: { prompt: 1000 } },
  ]);
  const failed = await json(
    "span",
    "list",
    "--metadata",
    "organization.id=org_42",
    "--status",
    "error",
  );
  assert.ok(Array.isArray(failed));
  assert.equal(failed.length, 1);
  assertHas(failed, [{ name: "look up", status: "error" }]);
  const named = await json("span", "list", "--name", "MODEL", "--status", "ok", "--q", "where");
  assert.ok(Array.isArray(named));
  assert.equal(named.length, 2);
});

test("a span is shown as a conversation, its attributes, or JSON", async () => {
  const spans = (await json("span", "list", "--trace-id", traceIds[0] ?? "")) as JsonObject[];
  const [, model, tool] = spans.map((span) => String(span["spanId"]));
  const ids = [traceIds[0]?.slice(0, 12) ?? "", model?.slice(0, 8) ?? ""];
  const { stdout } = await catalyst("span", "get", ...ids, "--view", "io");
  assert.match(
    stdout,
    /input: user\n {2}Where is it\?\n\noutput: assistant\n {2}→ lookup\(\{"order":1\}\)/,
  );
  const failed = await catalyst("span", "get", traceIds[0] ?? "", tool ?? "");
  assert.match(failed.stdout, /\nexception\n {2}Error\n {2}there is no such order\n/);
  const attributes = await catalyst("span", "get", ...ids, "--view", "attributes");
  assert.match(
    attributes.stdout,
    / {2}llm\.model_name: mine\n[^]*resource\n[^]* {2}service\.name: desk\n/,
  );
  assertHas(await json("span", "get", ...ids), {
    name: "model",
    attributes: { "session.id": "s-1" },
  });
});

test("the beginning of several ids says whose", async () => {
  const spans = ["11", "12", "21"].map((begin, at) => ({
    traceId: `${begin}${"0".repeat(29)}${at + 1}`,
    spanId: "00000000000000a1",
    name: `n${at}`,
    startTimeUnixNano: "1700000000000000000",
    endTimeUnixNano: "1700000000000000001",
  }));
  const db = join(folder, "alike.db");
  const file = join(folder, "alike.json");
  await writeFile(file, JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }, null, 2));
  assert.deepEqual(await json("import", file, "--db", db), [
    { file, stored: 3, duplicates: 0, rejected: 0, badLines: 0 },
  ]);
  const { code, stdout, stderr } = await catalyst("trace", "get", "1", "--db", db);
  assert.deepEqual([code, stdout], [1, ""]);
  assert.match(stderr, /more than one trace begins with 1:\n {2}11\w+ {2}n0\n {2}12\w+ {2}n1\n/);
  assert.equal((await catalyst("trace", "get", "11", "--db", db)).code, 0);
});

test("totals by agent, model and tool", async () => {
  const { stdout } = await catalyst("stats", "--range", "1h");
  assert.match(
    stdout,
    /^TRACES +SPANS +ERRORS[^]*\nAGENT [^]*\nSupport Desk [^]*\nMODEL [^]*\nmine +2 [^]*\nTOOL [^]*\nlookup +2 +1 /,
  );
  assertHas(await json("stats"), { totals: { traces: 2, errors: 1, tokens: { total: 2010 } } });
});

test("what spans say never reaches the terminal as a command", async () => {
  for (const args of [
    ["trace", "list"],
    ["span", "get", traceIds[0] ?? "", await rootId()],
  ]) {
    for (const more of [[], ["--json"]]) {
      const { stdout } = await catalyst(...args, ...more);
      // eslint-disable-next-line no-control-regex
      assert.doesNotMatch(stdout, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
      assert.ok(stdout.includes("ABC-123?"), stdout);
    }
  }
});

async function rootId(): Promise<string> {
  const [root] = (await json("span", "list", "--trace-id", traceIds[0] ?? "")) as JsonObject[];
  return String(root?.["spanId"]);
}

for (const [args, said, expected] of [
  [["trace", "get", "ffff0000"], "there is no trace ffff0000", 1],
  [["trace", "list", "--agent", "nobody"], "no trace is like that", 1],
  [["span", "list", "--name", "nothing"], "no span is like that", 1],
  [["stats", "--db", "none.db"], "none.db is not there", 1],
  [["trace", "list", "--db", "."], "cannot open", 1],
  [["import", "none.jsonl"], "cannot read none.jsonl", 1],
  [["trace"], "half a command", 2],
  [["trace", "show"], 'no command "trace show"', 2],
  [["trace", "get"], "the id of a trace is missing", 2],
  [["trace", "get", "a", "--view", "graph"], "--view", 2],
  [["trace", "list", "--range", "soon"], "--range", 2],
  [["trace", "list", "--limit", "0"], "--limit", 2],
  [["trace", "list", "--statuz", "ok"], "--statuz", 2],
  [["span", "list", "--metadata", "plan"], "--metadata", 2],
  [["export"], "--format is missing", 2],
  [["export", "--format", "xml"], 'no format "xml"', 2],
  [["import"], "name of a file is missing", 2],
] as const) {
  test(`${args.join(" ")} ends with ${expected}, and says why`, async () => {
    const { code, stdout, stderr } = await catalyst(...args);
    assert.ok(stderr.includes(said), stderr);
    assert.deepEqual({ code, stdout }, { code: expected, stdout: "" });
  });
}

for (const command of [
  "trace",
  "trace list",
  "trace get",
  "span",
  "span list",
  "span get",
  "tail",
  "stats",
  "export",
  "import",
]) {
  test(`${command} --help says how it is used`, async () => {
    const { code, stdout } = await catalyst(...command.split(" "), "--help");
    assert.ok(stdout.startsWith(`Usage: catalyst-tracing ${command}`), stdout);
    assert.equal(code, 0);
  });
}

test("a reader that has read enough is no fault", async () => {
  const child = spawn(process.execPath, [COMMAND, "export", "--format", "otlp-json"], {
    cwd: folder,
    env: cleanEnvironment(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stdout.destroy();
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const [code] = (await once(child, "close")) as [number | null];
  assert.deepEqual([code, stderr], [0, ""]);
});

test("what is exported is imported again, the same, from every format that holds all of a span", async () => {
  for (const format of ["otlp-json", "halo", "jsonl"]) {
    const [first, second, db] = ["a.jsonl", "b.jsonl", "db"].map((name) =>
      join(folder, `${format}.${name}`),
    );
    assert.ok(first !== undefined && second !== undefined && db !== undefined);
    assert.equal((await catalyst("export", "--format", format, "-o", first)).code, 0);
    assert.equal((await stat(first)).mode & 0o777, OWNER_ALONE);
    await writeFile(`${first}.gz`, gzipSync(await readFile(first)));
    const imported = await catalyst("import", `${first}.gz`, first, "--db", db);
    assert.match(
      imported.stdout,
      /^6 spans from .*\.gz\.\n0 spans from .*, 6 were there already\.\n$/,
    );
    await catalyst("export", "--format", format, "-o", second, "--db", db);
    assert.equal(await readFile(second, "utf8"), await readFile(first, "utf8"));
    assert.deepEqual(
      await json("trace", "get", traceIds[0] ?? "", "--db", db),
      await json("trace", "get", traceIds[0] ?? ""),
    );
  }
});

test("a table is not imported, and says what is", async () => {
  const file = join(folder, "all.csv");
  assert.equal((await catalyst("export", "--format", "csv", "-o", file)).code, 0);
  const { code, stderr } = await catalyst("import", file, "--db", join(folder, "csv.db"));
  assert.equal(code, 1);
  assert.match(stderr, /line 1: it is a table, which does not hold all of a span/);
});

test("a search says which span of each trace has it, and where", async () => {
  const { stdout } = await catalyst("trace", "list", "--q", "order such");
  const [head, first, none] = stdout.split("\n");
  assert.match(head ?? "", / AGENTS +SPAN +MATCH$/);
  assert.match(first ?? "", / [0-9a-f]{16} +there is no such order$/);
  assert.equal(none, "");
  const [found] = (await json("trace", "list", "--q", "order such")) as JsonObject[];
  assertHas(found, { traceId: traceIds[0], match: { text: "there is no such order" } });
  const span = (found?.["match"] as JsonObject | undefined)?.["spanId"];
  assertHas(await json("span", "get", traceIds[0] ?? "", String(span)), { name: "look up" });
  const all = (await json("trace", "list")) as JsonObject[];
  assert.ok(all.every((trace) => !("match" in trace)));
});

test("lines that are no spans are named, and the others are taken", async () => {
  const { stdout: good } = await catalyst("export", "--format", "otlp-json");
  const file = join(folder, "broken.jsonl");
  await writeFile(file, `${good}{"half":\n7\n${good}`);
  const { code, stdout, stderr } = await catalyst(
    "import",
    file,
    "--db",
    join(folder, "broken.db"),
  );
  assert.equal(code, 1);
  assert.match(stdout, /^6 spans from .*, 6 were there already\.\n$/);
  assert.match(stderr, /line 3: it is cut off\.\n.*line 4: it is neither/);
});

test("a file that was there stays when nothing can be exported", async () => {
  const file = join(folder, "kept.csv");
  await writeFile(file, "kept");
  const args = ["export", "--format", "csv", "--agent", "nobody", "-o", file];
  assert.equal((await catalyst(...args)).code, 1);
  assert.equal(await readFile(file, "utf8"), "kept");
});

test("HALO's engine reads what is exported for it", async (t) => {
  const file = join(folder, "for-halo.jsonl");
  assert.equal((await catalyst("export", "--format", "halo", "-o", file)).code, 0);
  const read = await readWithHalo(file);
  if ("skipped" in read) return t.skip(read.skipped);
  const common = {
    span_count: 3,
    service_names: ["desk"],
    model_names: ["mine"],
    total_input_tokens: 1000,
    total_output_tokens: 5,
    project_id: "desk",
    agent_names: ["Support Desk"],
    agent_ids: ["desk"],
    missing_parent_count: 0,
    missing_agent_identity_count: 0,
  };
  assertHas(read.rows, [
    { ...common, trace_id: traceIds[1], has_errors: false, tool_error_span_count: 0 },
    { ...common, trace_id: traceIds[0], has_errors: true, tool_error_span_count: 1 },
  ]);
  const model = read.spans.find((span) => span.name === "model");
  assert.match(model?.start_time ?? "", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
  const messages = String(model?.attributes["llm.output_messages"]);
  assertHas(JSON.parse(messages), [
    { role: "assistant", tool_calls: [{ id: "c1", function: { name: "lookup" } }] },
  ]);
  assert.ok(!Object.keys(model?.attributes ?? {}).some((key) => /messages\.\d/.test(key)));
});

test("traces are shown as they come, until a signal ends it", async () => {
  const tail = await startProgram(COMMAND, {
    args: ["tail", "--json", "--range", "1h"],
    cwd: folder,
  });
  let output = "";
  tail.process.stdout?.on("data", (text: string) => (output += text));
  // The old ones say that it watches.
  await tail.waitForOutput(traceIds[0] ?? "");
  const id = await send("s-3", false);
  await tail.waitForOutput(id);
  tail.process.kill("SIGINT");
  const { code, signal } = await tail.done;
  assert.deepEqual([code, signal], [0, null]);
  const lines = output
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as JsonObject);
  assertHas(lines.at(-1), { trace: { traceId: id, spanCount: 3 }, spans: [{}, {}, {}] });
});

test("on a terminal a trace is drawn while it grows, and then once as it is", async (t) => {
  const terminal = openTerminal([process.execPath, COMMAND, "tail", "--range", "1h"], folder);
  if (terminal === undefined) return t.skip("no pseudo-terminal: neither `script` nor python3");
  const tracing = await setup({ endpoint: viewer.url, autoInstrument: false, serviceName: "desk" });
  try {
    await terminal.waitFor(new RegExp(`trace ${traceIds[1] ?? ""}`));
    const id = await agentSpan({ agentId: "grows" }, async (agent) => {
      await manualSpan({ spanName: "step one" }, () => {});
      await tracing.flush();
      await terminal.waitFor(/growing:[^]*step one/);
      assert.ok(terminal.screen().some((line) => line.includes("growing:")));
      await manualSpan({ spanName: "step two" }, () => {});
      await tracing.flush();
      await terminal.waitFor(/growing:[^]*step two/);
      return agent.traceId;
    });
    await tracing.flush();
    await terminal.waitFor(new RegExp(`trace ${id}[^]*step two`));
    terminal.type("\u0003");
    assert.equal(await terminal.done, 0);
    const screen = terminal.screen();
    assert.ok(screen.every((line) => line.length <= COLUMNS));
    const text = screen.join("\n");
    assert.doesNotMatch(text, /growing:/);
    assert.equal(text.match(/step one/g)?.length, 1);
    assert.match(text, new RegExp(`trace ${id}[^]*grows\\.run[^]*├─ step one[^]*└─ step two`));
  } finally {
    terminal.kill();
    await tracing.shutdown();
  }
});
