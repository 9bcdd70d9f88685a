/** `npm run bench -- openai`: what tracing adds to calls through a client of `openai`. */
import { join } from "node:path";

import { sdk } from "../../__tests__/support/sdks.js";
import { beside } from "../support/clients/beside.js";
import { clientBenchMain } from "../support/clients/main.js";
import { INFERENCE, OPENINFERENCE, OURS } from "../support/clients/tracers.js";
import { figure } from "../support/tables.js";
import { STREAMED, WHOLE } from "./workloads.js";

const PER_CHUNK_MICROS = 2;

await clientBenchMain({
  name: "openai",
  sdks: `openai ${sdk("openai-6").version}`,
  child: join(import.meta.dirname, "child.js"),
  script: new URL("script.js", import.meta.url),
  workloads: [WHOLE, STREAMED],
  targets({ chunks }, added) {
    const targets = beside(added, [INFERENCE, OPENINFERENCE], 5);
    const ours = added(OURS);
    if (ours === undefined || chunks === undefined) return targets;
    const micros = ours / chunks;
    const what = `below ${PER_CHUNK_MICROS} µs per chunk (${figure(micros)} µs)`;
    return [...targets, { what, reached: micros < PER_CHUNK_MICROS }];
  },
});
