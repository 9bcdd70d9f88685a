/** `npm run bench -- agents`: what tracing adds to the runs of agents. */
import { join } from "node:path";

import { sdk } from "../../__tests__/support/sdks.js";
import { beside } from "../support/clients/beside.js";
import { clientBenchMain } from "../support/clients/main.js";
import { INFERENCE, OPENINFERENCE } from "../support/clients/tracers.js";
import { STREAMED, WHOLE } from "./workloads.js";

const { version, requireCjs } = sdk("agents-0.8");
const { VERSION: openai } = requireCjs("openai/version") as { VERSION: string };

await clientBenchMain({
  name: "agents",
  sdks: `@openai/agents ${version}, openai ${openai}`,
  child: join(import.meta.dirname, "child.js"),
  script: new URL("script.js", import.meta.url),
  workloads: [WHOLE, STREAMED],
  targets: (_, added) => [...beside(added, [OPENINFERENCE], 5), ...beside(added, [INFERENCE], 1)],
});
