// A second opinion on the wire bytes: `decode.py` reads them with PyPI's opentelemetry-proto.
// Looks for a Python that has it, else installs it once into `.venv/` of the project. Where that
// cannot be had the answer is a reason, and the test that asked is skipped with it.
// `python-compare.ts` holds our reading against Python's.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";

import { projectRoot, supportFile } from "./project.js";
import { cleanEnvironment } from "./subprocess.js";

/** As `decode.py` writes it: the type, then the text or the items. */
export type PythonValue =
  | ["string" | "bool" | "int" | "double" | "bytes" | "empty", string]
  | ["array", PythonValue[]]
  | ["kvlist", PythonAttributes];

export type PythonAttributes = [key: string, value: PythonValue][];

/** Numbers are decimal strings. */
export interface PythonSpan {
  traceId: string;
  spanId: string;
  parentSpanId: string;
  traceState: string;
  flags: string;
  name: string;
  kind: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: PythonAttributes;
  droppedAttributesCount: string;
  events: { name: string; timeUnixNano: string; attributes: PythonAttributes }[];
  droppedEventsCount: string;
  links: { traceId: string; spanId: string; traceState: string; attributes: PythonAttributes }[];
  droppedLinksCount: string;
  status: { code: string; message: string };
  resource: PythonAttributes;
  scope: { name: string; version: string; attributes: PythonAttributes };
}

const MODULE = "opentelemetry.proto.collector.trace.v1.trace_service_pb2";
const PACKAGE = "opentelemetry-proto";
/** pip tries a dead network for minutes otherwise. */
const PIP_PATIENCE = ["--retries", "1", "--timeout", "10"];
const STEP_TIMEOUT_MS = 120_000;

/** Bodies as they were on the wire: protobuf or OTLP/JSON, gzipped or plain. */
export async function decodeWithPython(
  rawBodies: readonly Uint8Array[],
): Promise<{ spans: PythonSpan[] } | { skipped: string }> {
  const python = await findPython();
  if (typeof python !== "string") return python;
  const result = await run(python, [supportFile("decode.py")], frame(rawBodies));
  if (result.code !== 0) throw new Error(`Python cannot decode the bodies: ${result.stderr}`);
  return { spans: JSON.parse(result.stdout) as PythonSpan[] };
}

function frame(bodies: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    bodies.flatMap((body) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(body.length);
      return [length, body];
    }),
  );
}

let cached: Promise<string | { skipped: string }> | undefined;

function findPython(): Promise<string | { skipped: string }> {
  cached ??= (async () => {
    const installed = venvPython(join(projectRoot, ".venv", "otlp"));
    const system = process.platform === "win32" ? "python" : "python3";
    for (const python of [installed, system]) {
      if ((await run(python, ["-c", `import ${MODULE}`])).code === 0) return python;
    }
    const version = await run(system, ["--version"]);
    if (version.code !== 0) return { skipped: `there is no ${system} here` };
    return (await install(system, installed)) ?? installed;
  })();
  return cached;
}

/** Installs beside and renames, because tests in other processes may be doing the same. */
async function install(
  system: string,
  installed: string,
): Promise<{ skipped: string } | undefined> {
  const home = join(projectRoot, ".venv");
  await mkdir(home, { recursive: true });
  const fresh = await mkdtemp(join(home, "installing-"));
  try {
    const made = await run(system, ["-m", "venv", fresh]);
    if (made.code !== 0) return { skipped: `${system} -m venv fails: ${lastLine(made)}` };
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    const got = await run(venvPython(fresh), [...pip, ...PIP_PATIENCE, PACKAGE]);
    if (got.code !== 0) return { skipped: `pip cannot install ${PACKAGE}: ${lastLine(got)}` };
    await rename(fresh, join(home, "otlp"));
    return undefined;
  } catch (error) {
    if (existsSync(installed)) return undefined; // Another process was first.
    throw error;
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

function venvPython(folder: string): string {
  return process.platform === "win32"
    ? join(folder, "Scripts", "python.exe")
    : join(folder, "bin", "python");
}

interface Output {
  code: number | null;
  stdout: string;
  stderr: string;
}

async function run(command: string, args: string[], input?: Uint8Array): Promise<Output> {
  const child = spawn(command, args, {
    cwd: projectRoot,
    env: { ...packageIndexEnvironment(), ...cleanEnvironment() },
    // Not the option `timeout`: its timer outlives a command that does not exist.
    signal: AbortSignal.timeout(STEP_TIMEOUT_MS),
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
  child.stdin.on("error", () => {}); // It may fail before it has read its input.
  child.stdin.end(input);
  try {
    const [code] = (await once(child, "close")) as [number | null];
    return {
      code,
      stdout: Buffer.concat(stdout).toString("utf8"),
      stderr: Buffer.concat(stderr).toString("utf8"),
    };
  } catch (error) {
    return { code: -1, stdout: "", stderr: String(error) }; // No such command, or out of time.
  }
}

/** How to reach the package index is this machine's matter: its pip and proxy variables stay. */
function packageIndexEnvironment(): Record<string, string> {
  const names = /^(pip_.*|(https?|no|all)_proxy|ssl_cert_file|requests_ca_bundle|pyenv_.*)$/i;
  return Object.fromEntries(
    Object.entries(process.env).filter(
      (pair): pair is [string, string] => names.test(pair[0]) && pair[1] !== undefined,
    ),
  );
}

function lastLine({ stderr }: Output): string {
  return stderr.trim().split("\n").at(-1) ?? "";
}
