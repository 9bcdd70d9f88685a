#!/usr/bin/env node
/**
 * The command line: `npx catalyst-tracing doctor`, `npx catalyst-tracing spool status`. Exits with 0
 * when all is well, 1 when something loses spans or was left undone, 2 when it was called wrongly.
 * The viewer's commands are the viewer's own, arguments, output and exit code.
 */
import { parseArgs } from "node:util";

import { loadNative } from "../native.js";
import { PACKAGE_VERSION } from "../options.js";
import { suggestName } from "../options/names.js";
import { examine } from "./doctor.js";
import { asJson, asText, countLosses } from "./report.js";
import { runSpool, SPOOL_COMMANDS, type SpoolArguments } from "./spool.js";
import { isViewerCommand, runViewer, VIEWER_COMMANDS } from "./viewer.js";

const HELP = `Usage: catalyst-tracing <command> [options]

Commands:
  dev        Receives traces on this machine and shows them in a browser, at http://localhost:8799.
  trace      Lists traces; shows one as a tree or a timeline.
  span       Lists spans; shows what went in and came out of one.
  tail       Shows traces as they come.
  stats      Adds up durations, tokens, cost and errors of agents and models.
  export     Writes traces as OTLP, for HALO, or as a table.
  import     Reads traces from files.
  doctor     Looks at the app in this folder: what runs it, its configuration, whether the
             collector answers, and which SDKs will be traced. Exits with 1 when something
             would lose spans.
  spool status
             Shows what waits in a spool's directory, and which processes have it in hand.
  spool drain
             Delivers what ended processes left there to the collector of the environment.
             Exits with 1 when something is left, or lost.
  spool clear
             Deletes what no process has in hand.

Options:
  --json     prints JSON
  --dir      the spool's directory; otherwise CATALYST_SPOOL_DIR
  --endpoint the collector that drain sends to; otherwise that of the environment
  --all      drain sends what was meant for other destinations too
  --force    clear does not ask
  --help     prints this
  --version  prints the version
`;

const COMMANDS = ["doctor", "spool", ...VIEWER_COMMANDS];

const EXIT_LOSS = 1;
const EXIT_USAGE = 2;

// Not by `process.exitCode`: an SDK that the doctor has loaded may keep the process alive.
const typed = process.argv.slice(2);
const exitCode = isViewerCommand(typed[0]) ? await runViewer(typed) : await main(parse(typed));
process.exit(exitCode);

interface Arguments {
  readonly values: SpoolArguments & { readonly help?: boolean; readonly version?: boolean };
  readonly positionals: readonly string[];
}

/** The arguments, or what is wrong with them. */
function parse(args: readonly string[]): Arguments | string {
  const flag = { type: "boolean" } as const;
  const text = { type: "string" } as const;
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: flag,
        dir: text,
        endpoint: text,
        all: flag,
        force: flag,
        help: { ...flag, short: "h" },
        version: { ...flag, short: "v" },
      },
    });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function main(understood: Arguments | string): Promise<number> {
  if (typeof understood === "string") return await misused(understood);
  const { values, positionals } = understood;
  if (values.version === true) return await print(`${PACKAGE_VERSION}\n`, 0);
  if (values.help === true) return await print(HELP, 0);
  const [command, ...others] = positionals;
  if (command === undefined) return await misused("there is no command.");
  if (!COMMANDS.includes(command)) {
    return await misused(`there is no command "${command}". ${suggestName(command, COMMANDS)}`);
  }
  if (command === "spool") return await spool(others, values);
  if (others.length > 0) return await misused(`"${others.join(" ")}" is not understood.`);
  const sections = await examine(process.env);
  const text = values.json === true ? asJson(sections) : asText(sections, isColoured());
  return await print(text, countLosses(sections) > 0 ? EXIT_LOSS : 0);
}

async function spool(words: readonly string[], how: SpoolArguments): Promise<number> {
  const [what = "", ...others] = words;
  if (!SPOOL_COMMANDS.includes(what)) {
    return await misused(`spool takes ${SPOOL_COMMANDS.join(", ")}.`);
  }
  if (others.length > 0) return await misused(`"${others.join(" ")}" is not understood.`);
  const loaded = loadNative();
  if (loaded.native === undefined) return await misused(`${loaded.problem}. ${loaded.mend}`);
  const said = await runSpool(what, how, loaded.native, process.env);
  return typeof said === "string" ? await misused(said) : await print(said.text, said.code);
}

async function misused(why: string): Promise<number> {
  return await print(`catalyst-tracing: ${why}\n\n${HELP}`, EXIT_USAGE, process.stderr);
}

/** Resolves to `code` when everything is written, also into a pipe. */
async function print(
  text: string,
  code: number,
  stream: NodeJS.WritableStream = process.stdout,
): Promise<number> {
  return await new Promise((resolve) => {
    stream.write(text, () => resolve(code));
  });
}

function isColoured(): boolean {
  return process.stdout.isTTY && !process.env["NO_COLOR"] && process.env["TERM"] !== "dumb";
}
