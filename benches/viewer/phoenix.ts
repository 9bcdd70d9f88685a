/** Arize Phoenix with SQLite, as its GraphQL answers its page; installed by pip into `.venv/`. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

import { PROJECT_DIRECTORY } from "../support/rivals.js";
import { ask, type Contender } from "./contender.js";

const PORT = "16006";
const ADDRESS = `http://localhost:${PORT}`;
const VERSION = "20.26.1";
const VENV = join(PROJECT_DIRECTORY, ".venv", "phoenix");

export function installPhoenix(): void {
  if (existsSync(join(VENV, "bin", "phoenix"))) return;
  process.stderr.write(`installing arize-phoenix into ${VENV}, which takes minutes\n`);
  const stdio = ["ignore", "ignore", "inherit"] as const;
  execFileSync("python3", ["-m", "venv", VENV], { stdio: [...stdio] });
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
  execFileSync(join(VENV, "bin", "python"), [...pip, `arize-phoenix==${VERSION}`], {
    stdio: [...stdio],
  });
}

async function project(fields: string): Promise<Record<string, unknown>> {
  const query = `{ projects { edges { node { ${fields} } } } }`;
  const answer = (await ask(`${ADDRESS}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query }),
  })) as {
    data: { projects: { edges: { node: Record<string, unknown> }[] } } | null;
    errors?: unknown;
  };
  const node = answer.data?.projects.edges[0]?.node;
  if (node === undefined) throw new Error(JSON.stringify(answer.errors ?? "no project"));
  return node;
}

/** What the page's list shows of spans. */
function spans(condition: string): string {
  return (
    `spans(first: 30, sort: { col: startTime, dir: desc }, filterCondition: ${JSON.stringify(condition)}) ` +
    "{ edges { node { id name spanKind statusCode startTime latencyMs cumulativeTokenCountTotal " +
    "input { value: truncatedValue } output { value: truncatedValue } } } }"
  );
}

const ROOTS = "parent_id is None";

export const phoenix: Contender = {
  name: `Arize Phoenix ${VERSION}`,
  url: ADDRESS,
  command(folder) {
    const env = {
      PHOENIX_WORKING_DIR: folder,
      PHOENIX_HOST: "127.0.0.1",
      PHOENIX_PORT: PORT,
      PHOENIX_GRPC_PORT: "16007",
      PHOENIX_TELEMETRY_ENABLED: "false",
    };
    return { file: join(VENV, "bin", "phoenix"), args: ["serve"], env };
  },
  async countSpans() {
    return Number((await project("recordCount"))["recordCount"]);
  },
  async shows(name) {
    return JSON.stringify(await project(spans(ROOTS))).includes(`"${name}"`);
  },
  list: async () => await project(spans(ROOTS)),
  search: async (word) => await project(spans(`'${word}' in input.value`)),
};
