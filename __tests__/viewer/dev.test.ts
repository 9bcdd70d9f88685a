// `catalyst-tracing dev` as a user meets it: how it starts and ends, where it keeps things, and that
// an app without any configuration sends to it.

import assert from "node:assert/strict";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { connect, createServer, type AddressInfo } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { setup } from "catalyst-tracing";

import { assertHas } from "../support/partial.js";
import { projectRoot } from "../support/project.js";
import { runProgram } from "../support/subprocess.js";
import { startViewer, type JsonObject, type Viewer } from "../support/viewer.js";

const COMMAND = join(projectRoot, "dist", "cli", "main.js");
const MODE = 0o777;
const DEFAULT_PORT = 8799;

interface Folder extends AsyncDisposable {
  readonly path: string;
}

async function emptyFolder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), "catalyst-dev-"));
  return { path, [Symbol.asyncDispose]: async () => await rm(path, { recursive: true }) };
}

async function sendSpan(viewer: Viewer, name: string): Promise<void> {
  const tracing = await setup({ endpoint: viewer.url, autoInstrument: false, serviceName: "app" });
  tracing.tracer.startSpan(name).end();
  assert.equal((await tracing.flush()).lost, 0);
  await tracing.shutdown();
}

async function traceNames(viewer: Viewer): Promise<unknown[]> {
  const { traces } = await viewer.get("/api/traces");
  assert.ok(Array.isArray(traces));
  return traces.map((trace) => (trace as JsonObject)["name"]);
}

async function isFree(port: number, host = "localhost"): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect(port, host);
    socket.once("connect", () => (socket.destroy(), resolve(false)));
    socket.once("error", () => resolve(true));
  });
}

async function hasIpv6(): Promise<boolean> {
  const server = createServer();
  return await new Promise((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(0, "::1", () => server.close(() => resolve(true)));
  });
}

test("an app without any configuration sends to it", async (t) => {
  if (!(await isFree(DEFAULT_PORT))) return t.skip(`port ${DEFAULT_PORT} is in use here`);
  await using viewer = await startViewer(["--memory", "--port", String(DEFAULT_PORT)]);
  const program = `
    import { agentSpan, setup } from "catalyst-tracing";
    await setup();
    await agentSpan({ agentId: "desk", agentName: "Desk" }, async (span) => span.setInput("hello"));
  `;
  const { code, stderr } = await runProgram(program);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  assertHas(await viewer.get("/api/traces?agent=Desk"), {
    traces: [{ name: "Desk.run", input: "hello", status: "ok" }],
  });
});

test("what was confirmed is there after a crash, in files that only their owner can read", async () => {
  await using folder = await emptyFolder();
  {
    await using viewer = await startViewer([], { cwd: folder.path });
    await sendSpan(viewer, "before the crash");
    const { pid } = (await viewer.get("/api/about")) as { pid: number };
    process.kill(pid, "SIGKILL");
    await viewer.program.done;
  }
  await using viewer = await startViewer([], { cwd: folder.path });
  await sendSpan(viewer, "after it");
  assert.deepEqual(await traceNames(viewer), ["after it", "before the crash"]);
  const store = join(folder.path, ".catalyst");
  assert.equal((await stat(store)).mode & MODE, 0o700);
  for (const file of ["traces.db", "traces.db-wal", "traces.db-shm"]) {
    assert.equal((await stat(join(store, file))).mode & MODE, 0o600, file);
  }
});

test("--memory leaves nothing behind, and --db names the file", async () => {
  await using folder = await emptyFolder();
  {
    await using viewer = await startViewer(["--memory"], { cwd: folder.path });
    await sendSpan(viewer, "gone");
    assert.equal((await viewer.end()).code, 0);
  }
  await assert.rejects(stat(join(folder.path, ".catalyst")));
  await using viewer = await startViewer(["--db", "deep/er.db"], { cwd: folder.path });
  assert.deepEqual(await traceNames(viewer), []);
  await stat(join(folder.path, "deep", "er.db"));
});

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  test(`${signal} ends it cleanly, also while a page follows what is new`, async () => {
    await using folder = await emptyFolder();
    await using viewer = await startViewer([], { cwd: folder.path });
    await sendSpan(viewer, "a span");
    const live = await fetch(`${viewer.url}/api/live`);
    const { code, signal: endedBy, stderr } = await viewer.end(signal);
    assert.deepEqual({ code, endedBy, stderr }, { code: 0, endedBy: null, stderr: "" });
    await live.text().catch(() => "");
    // The log has gone into the database.
    await assert.rejects(stat(join(folder.path, ".catalyst", "traces.db-wal")));
  });
}

test("a port in use is named, with what is there", async () => {
  await using viewer = await startViewer();
  const { port } = new URL(viewer.url);
  const second = await runProgram(COMMAND, { args: ["dev", "--memory", "--port", port] });
  assert.match(second.stderr, /catalyst dev is running already: http:\/\/localhost:\d+\./);
  assert.deepEqual([second.code, second.stdout], [1, ""]);

  const other = createServer((socket) => socket.end("SMTP\r\n"));
  await new Promise<void>((resolve) => void other.listen(0, "127.0.0.1", resolve));
  const { port: taken } = other.address() as AddressInfo;
  const third = await runProgram(COMMAND, { args: ["dev", "--memory", "--port", String(taken)] });
  other.close();
  assert.match(third.stderr, /port \d+ is in use by another program: .*--port/);
  assert.equal(third.code, 1);
});

test("both of localhost's addresses are listened to, as far as the machine has them", async () => {
  await using viewer = await startViewer();
  const { port } = new URL(viewer.url);
  const hosts = ["localhost", "127.0.0.1", ...((await hasIpv6()) ? ["[::1]"] : [])];
  for (const host of hosts) {
    assert.equal((await fetch(`http://${host}:${port}/api/about`)).status, 200, host);
  }
});

test("it is not reachable from other machines", async (t) => {
  const outside = Object.values(networkInterfaces())
    .flat()
    .find((address) => address?.internal === false && address.family === "IPv4")?.address;
  if (outside === undefined) return t.skip("this machine has no other address");
  await using viewer = await startViewer();
  const { port } = new URL(viewer.url);
  assert.ok(await isFree(Number(port), outside), "somebody answers");
});

for (const [args, said] of [
  [["--port", "70000"], '--port is "70000"'],
  [["--prot", "1"], "there is no option --prot"],
  [["--port"], "--port needs a value"],
  [["--memory", "--db", "x"], "--memory and --db exclude each other"],
  [["--keep", "soon"], "--keep"],
  [["--max-size", "1"], "--max-size"],
  [["now"], '"now" is not understood'],
] as const) {
  test(`dev ${args.join(" ")} is wrong usage`, async () => {
    const { code, stdout, stderr } = await runProgram(COMMAND, { args: ["dev", ...args] });
    assert.ok(stderr.includes(said), stderr);
    assert.deepEqual({ code, stdout }, { code: 2, stdout: "" });
  });
}

test("dev --help says how it is used", async () => {
  const { code, stdout } = await runProgram(COMMAND, { args: ["dev", "--help"] });
  assert.match(stdout, /^Usage: catalyst-tracing dev/);
  assert.equal(code, 0);
});

test("a store that cannot be opened is named, with the reason", async () => {
  const args = ["dev", "--port", "0", "--db", "/dev/null/traces.db"];
  const { code, stderr } = await runProgram(COMMAND, { args });
  assert.match(stderr, /cannot open \/dev\/null\/traces\.db: /);
  assert.equal(code, 1);
});
