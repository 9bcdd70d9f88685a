// A second opinion: `decode.py` reads wire bytes with PyPI's opentelemetry-proto, `halo.py` reads a
// file with HALO's engine. Looks for a Python that has the package, else installs it once into
// `.venv/` of the project. Where that cannot be had the answer is a reason, and the test that asked is
// skipped with it.
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

/** What of PyPI a script needs, and the arguments of each `pip install` that gets it. */
interface Library {
  /** Below `.venv/`. */
  folder: string;
  module: string;
  installs: readonly (readonly string[])[];
}

const OTLP: Library = {
  folder: "otlp",
  module: "opentelemetry.proto.collector.trace.v1.trace_service_pb2",
  installs: [["opentelemetry-proto"]],
};

/** Without what the engine's agents need: some hundred megabytes that its reading of files does not. */
const HALO: Library = {
  folder: "halo",
  module: "engine.traces.trace_index_builder",
  installs: [["--no-deps", "halo-engine==0.3.5"], ["pydantic==2.13.3"]],
};

/** pip tries a dead network for minutes otherwise. */
const PIP_PATIENCE = ["--retries", "1", "--timeout", "10"];
const STEP_TIMEOUT_MS = 120_000;

/** Bodies as they were on the wire: protobuf or OTLP/JSON, gzipped or plain. */
export async function decodeWithPython(
  rawBodies: readonly Uint8Array[],
): Promise<{ spans: PythonSpan[] } | { skipped: string }> {
  const python = await findPython(OTLP);
  if (typeof python !== "string") return python;
  const result = await run(python, [supportFile("decode.py")], frame(rawBodies));
  if (result.code !== 0) throw new Error(`Python cannot decode the bodies: ${result.stderr}`);
  return { spans: JSON.parse(result.stdout) as PythonSpan[] };
}

/** A trace as HALO's engine indexes it. */
export interface HaloRow {
  trace_id: string;
  span_count: number;
  has_errors: boolean;
  service_names: string[];
  model_names: string[];
  total_input_tokens: number;
  total_output_tokens: number;
  project_id: string | null;
  agent_names: string[];
  agent_ids: string[];
  missing_parent_count: number;
  missing_agent_identity_count: number;
  tool_error_span_count: number;
}

export interface HaloSpan {
  name: string;
  start_time: string;
  attributes: Record<string, unknown>;
}

/** What HALO's engine makes of a file; fails where it refuses it. */
export async function readWithHalo(
  file: string,
): Promise<{ rows: HaloRow[]; spans: HaloSpan[] } | { skipped: string }> {
  const python = await findPython(HALO);
  if (typeof python !== "string") return python;
  const result = await run(python, [supportFile("halo.py"), file]);
  if (result.code !== 0) throw new Error(`HALO refuses the file: ${result.stderr}`);
  return JSON.parse(result.stdout) as { rows: HaloRow[]; spans: HaloSpan[] };
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

const found = new Map<Library, Promise<string | { skipped: string }>>();

async function findPython(library: Library): Promise<string | { skipped: string }> {
  const known = found.get(library) ?? look(library);
  found.set(library, known);
  return await known;
}

async function look(library: Library): Promise<string | { skipped: string }> {
  const installed = venvPython(join(projectRoot, ".venv", library.folder));
  const system = process.platform === "win32" ? "python" : "python3";
  for (const python of [installed, system]) {
    if ((await run(python, ["-c", `import ${library.module}`])).code === 0) return python;
  }
  const version = await run(system, ["--version"]);
  if (version.code !== 0) return { skipped: `there is no ${system} here` };
  return (await install(library, system, installed)) ?? installed;
}

/** Installs beside and renames, because tests in other processes may be doing the same. */
async function install(
  library: Library,
  system: string,
  installed: string,
): Promise<{ skipped: string } | undefined> {
  const home = join(projectRoot, ".venv");
  await mkdir(home, { recursive: true });
  const fresh = await mkdtemp(join(home, "installing-"));
  try {
    const made = await run(system, ["-m", "venv", fresh]);
    if (made.code !== 0) return { skipped: `${system} -m venv fails: ${lastLine(made)}` };
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...PIP_PATIENCE];
    for (const wanted of library.installs) {
      const got = await run(venvPython(fresh), [...pip, ...wanted]);
      if (got.code !== 0) {
        return { skipped: `pip cannot install ${wanted.join(" ")}: ${lastLine(got)}` };
      }
    }
    await rename(fresh, join(home, library.folder));
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
