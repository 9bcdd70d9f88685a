// A terminal for programs that behave otherwise on one: util-linux's `script`, or Python's `pty`.

import { spawn, spawnSync } from "node:child_process";

import { cleanEnvironment } from "./subprocess.js";

export const COLUMNS = 100;
const ROWS = 30;
const PYTHON = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))";

export interface Terminal {
  /** Resolves when the output so far fits. */
  waitFor(expected: RegExp): Promise<void>;
  /** What a person sees: lines, without those that were erased. */
  screen(): string[];
  type(keys: string): void;
  /** How the program ended. */
  readonly done: Promise<number | null>;
  kill(): void;
}

/** `undefined` where there is neither. */
export function openTerminal(
  command: readonly string[],
  cwd: string,
  timeoutMs = 30_000,
): Terminal | undefined {
  const quoted = command.map((part) => `'${part.replaceAll("'", String.raw`'\''`)}'`).join(" ");
  const line = `stty rows ${ROWS} cols ${COLUMNS}; exec ${quoted}`;
  const started = starter(line);
  if (started === undefined) return undefined;
  const [file, args] = started;
  const child = spawn(file, args, {
    cwd,
    env: { ...cleanEnvironment(), TERM: "xterm", SHELL: "/bin/sh" },
    stdio: ["pipe", "pipe", "inherit"],
    timeout: timeoutMs,
  });
  let output = "";
  let look = (): void => {};
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    look();
  });
  const done = new Promise<number | null>((resolve, reject) => {
    child.on("close", resolve).on("error", reject);
  });
  return {
    waitFor: async (expected) => {
      const fits = new Promise<void>((resolve) => {
        look = () => {
          if (expected.test(output)) resolve();
        };
        look();
      });
      const ended = done.then((code) => {
        throw new Error(`It ended with ${code}, and said ${JSON.stringify(output)}.`);
      });
      await Promise.race([fits, ended]);
    },
    screen: () => drawn(output),
    type: (keys) => void child.stdin.write(keys),
    done,
    kill: () => void child.kill("SIGKILL"),
  };
}

function starter(line: string): [string, string[]] | undefined {
  const version = spawnSync("script", ["--version"], { encoding: "utf8" });
  if (version.status === 0 && version.stdout.includes("util-linux"))
    return ["script", ["--quiet", "--return", "--command", line, "/dev/null"]];
  const python = spawnSync("python3", ["-c", "import os, pty; os.waitstatus_to_exitcode"]);
  return python.status === 0 ? ["python3", ["-c", PYTHON, "/bin/sh", "-c", line]] : undefined;
}

/** Knows what this project's programs send: up, to the line's start, erase what is below, colours. */
function drawn(output: string): string[] {
  const lines = [""];
  let row = 0;
  // eslint-disable-next-line no-control-regex
  for (const [token] of output.matchAll(/\u001b\[[\d;]*[A-Za-z]|\r|\n|[^\u001b\r\n]+/g)) {
    const up = /^\u001b\[(\d+)A$/.exec(token);
    if (up !== null) row = Math.max(0, row - Number(up[1]));
    else if (token === "\u001b[J") lines.splice(row, Infinity, "");
    else if (token === "\n") lines[(row += 1)] ??= "";
    else if (!token.startsWith("\u001b") && token !== "\r") lines[row] += token;
  }
  return lines;
}
