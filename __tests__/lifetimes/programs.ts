// Programs for tests of how processes end: each is what an app would be, with tracing set up and
// a few spans made, and differs in how it ends.

import { startCollector } from "../support/collector.js";
import { runProgram, type ProgramOptions, type ProgramResult } from "../support/subprocess.js";

export interface Ended extends ProgramResult {
  /** From the program's `ending()` to the end of its process. */
  exitDelayMs: number;
}

/** What the start and the end of a process take on a busy machine, without anybody's waiting. */
export const PROCESS_SLACK_MS = 400;

/** In every program: `tracing`, `tracer`, `endSpan(name)`, and `ending()`, which notes the time. */
const PRELUDE = `
import { setup } from "catalyst-tracing";
const options = JSON.parse(process.env.TEST_OPTIONS);
const tracing = await setup(options);
const { tracer } = tracing;
const endSpan = (name, attributes = {}) => tracer.startSpan(name, { attributes }).end();
const ending = () => process.stdout.write(\`ending at \${Date.now()}\\n\`);
`;

export async function runTraced(
  body: string,
  endpoint: string,
  { setup = {}, ...options }: ProgramOptions & { setup?: object } = {},
): Promise<Ended> {
  const env = { TEST_OPTIONS: JSON.stringify({ endpoint, ...setup }), ...options.env };
  const result = await runProgram(PRELUDE + body, { timeoutMs: 20_000, ...options, env });
  const endedAtMs = Date.now();
  const at = /ending at (\d+)/.exec(result.stdout)?.[1];
  return { ...result, exitDelayMs: at === undefined ? Number.NaN : endedAtMs - Number(at) };
}

/** An address at which nobody listens. */
export async function deadEndpoint(): Promise<string> {
  const collector = await startCollector();
  const { url } = collector;
  await collector.close();
  return url;
}
