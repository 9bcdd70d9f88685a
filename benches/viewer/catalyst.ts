/** `catalyst dev`, as its API answers the page. */
import { existsSync } from "node:fs";
import { join } from "node:path";

import { platformNames } from "../../js/platform.js";
import { PROJECT_DIRECTORY } from "../support/rivals.js";
import { ask, type Contender } from "./contender.js";

const PORT = "18799";
const ADDRESS = `http://localhost:${PORT}`;

interface Traces {
  traces: { name: string }[];
}

export const catalyst: Contender = {
  name: "catalyst-tracing dev",
  url: ADDRESS,
  command(folder) {
    const names = platformNames().map((name) => `catalyst.${name}`);
    const program = names.find((name) => existsSync(join(PROJECT_DIRECTORY, name)));
    if (program === undefined) throw new Error("The viewer is not built: npm run build:viewer.");
    const args = ["dev", "--port", PORT, "--db", join(folder, "traces.db"), "--max-size", "100GiB"];
    return { file: join(PROJECT_DIRECTORY, program), args, env: {} };
  },
  async countSpans() {
    const { totals } = (await ask(`${ADDRESS}/api/stats`)) as { totals: { spans: number } };
    return totals.spans;
  },
  async shows(name) {
    const { traces } = (await ask(`${ADDRESS}/api/traces?limit=30`)) as Traces;
    return traces.some((trace) => trace.name === name);
  },
  list: async () => await ask(`${ADDRESS}/api/traces?limit=30`),
  search: async (word) => await ask(`${ADDRESS}/api/traces?limit=30&q=${word}`),
};
