/**
 * What `setup()` says of itself with `debug: true`: the doctor's facts in short, as far as they are
 * known without asking anybody.
 */
import type { InstallResult } from "./integrations/install.js";
import { type OptionsResolution, PACKAGE_VERSION } from "./options.js";
import { shownSettings } from "./options/shown.js";

/** Lines for stderr; nothing secret is in them. */
export function setupFacts(
  resolution: OptionsResolution,
  installed: readonly InstallResult[],
): string[] {
  const { bun, deno, node } = process.versions;
  const runtime =
    bun !== undefined ? `Bun ${bun}` : deno !== undefined ? `Deno ${deno}` : `Node ${node}`;
  const settings = shownSettings(resolution)
    .filter(({ name, source }) => name === "endpoint" || source !== "default")
    .map(({ name, value, source }) => `${name}: ${value} (${source})`);
  return [
    `catalyst-tracing ${PACKAGE_VERSION} on ${runtime}, ${process.platform} ${process.arch}`,
    ...settings,
    ...installed.map(describeResult),
    ...(installed.length === 0 ? ["no SDK was passed or found; spans of your own are traced"] : []),
    "npx catalyst-tracing doctor says more",
  ];
}

function describeResult({ name, installed, version, reason }: InstallResult): string {
  const what = version === undefined ? name : `${name} ${version}`;
  return installed ? `${what}: instrumented` : `${what}: not instrumented: ${reason ?? "unknown"}`;
}
