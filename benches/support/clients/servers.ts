/** The two servers that a traced client talks to, each in a process of its own. */
import { startModelServerProcess } from "../../../__tests__/support/model-server/remote-server.js";
import { startCollector } from "../collector.js";
import type { Collector } from "../collector.js";

export interface Servers {
  collector: Collector;
  modelUrl: string;
}

/** Both live for as long as `use` takes. */
export async function withServers(
  script: URL,
  use: (servers: Servers) => Promise<void>,
): Promise<void> {
  await using model = await startModelServerProcess({ script });
  const collector = await startCollector();
  try {
    await use({ collector, modelUrl: model.url });
    const { problems } = await model.stats();
    if (problems.length > 0) throw new Error(`The model server's script failed: ${problems[0]}`);
  } finally {
    await collector.close();
  }
}
