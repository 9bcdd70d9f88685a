/** `npm run bench -- openai`: what tracing adds to calls through a client of `openai`. */
import { join } from "node:path";

import { sdk } from "../../__tests__/support/sdks.js";
import type { Target } from "../support/clients/bench.js";
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
    const [ours, ...others] = [OURS, INFERENCE, OPENINFERENCE].map(added);
    const targets: Target[] = [];
    if (ours === undefined) return targets;
    const measured = others.filter((other) => other !== undefined);
    if (measured.length > 0) {
      const times = Math.min(...measured) / ours;
      const what = `at most 1/5 of the best of the others (1/${figure(times)})`;
      targets.push({ what, reached: times >= 5 });
    }
    if (chunks !== undefined) {
      const micros = ours / chunks;
      const what = `below ${PER_CHUNK_MICROS} µs per chunk (${figure(micros)})`;
      targets.push({ what, reached: micros < PER_CHUNK_MICROS });
    }
    return targets;
  },
});
