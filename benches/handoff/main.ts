/**
 * `npm run bench`: this package beside its rivals, on the same spans, in one go. Progress goes to
 * stderr, the tables to stdout.
 *
 * First the rivals are installed where that has not happened yet; then it is verified that all
 * contenders send the same attributes; then come the timed rounds, cold starts and installed sizes.
 */
import { writeFileSync } from "node:fs";

import { startCollector } from "../support/collector.js";
import { coldStarts } from "./cold-start.js";
import { EMPTY } from "./contenders/index.js";
import { installedSizes } from "./installed-size.js";
import { readOptions } from "./options.js";
import type { Options } from "./options.js";
import { markdown, plain } from "./report.js";
import { giveOwnProcessor } from "../support/processors.js";
import { installRivals } from "../support/rivals.js";
import { timings } from "./timing.js";
import { verify } from "./verify.js";

function say(progress: string): void {
  process.stderr.write(`${progress}\n`);
}

async function bench(options: Options): Promise<void> {
  installRivals(["inference", "opentelemetry"]);
  const processor = giveOwnProcessor();
  const collector = await startCollector();
  try {
    const tracing = options.contenders.filter((name) => name !== EMPTY);
    const differences = await verify(collector, tracing, options.sizes);
    for (const difference of differences) say(difference);
    say(differences.length === 0 ? "all contenders send the same attributes" : "attributes differ");
    if (options.verifyOnly) {
      process.exitCode = differences.length === 0 ? 0 : 1;
      return;
    }
    const results = {
      options,
      hasOwnProcessor: processor !== undefined,
      differences,
      timings: await timings(collector, options, processor, say),
      coldStarts: await coldStarts(options.contenders, options.coldStarts),
      installedBytes: installedSizes(),
    };
    process.stdout.write(`${markdown(results)}\n`);
    if (options.jsonFile !== undefined) {
      writeFileSync(options.jsonFile, `${JSON.stringify(plain(results), null, 2)}\n`);
    }
  } finally {
    await collector.close();
  }
}

try {
  await bench(readOptions(process.argv.slice(2)));
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
