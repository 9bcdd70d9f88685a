/**
 * What runs here: the runtime, the platform, this package and its native half.
 */
import { fileURLToPath } from "node:url";

import { loadNative } from "../../native.js";
import { PACKAGE_VERSION } from "../../options.js";
import type { Finding, Section } from "../report.js";

/** The oldest Node that this package is tested on. */
const OLDEST_NODE: readonly [major: number, minor: number] = [20, 19];

export function inspectRuntime(): Section {
  const { bun, deno, node } = process.versions;
  const [name, version] =
    bun !== undefined ? ["Bun", bun] : deno !== undefined ? ["Deno", deno] : ["Node", node];
  const platform = `${process.platform} ${process.arch}`;
  const folder = fileURLToPath(new URL("../../..", import.meta.url));
  const loaded = loadNative();
  const findings: Finding[] = [
    name === "Node" && isTooOld(version)
      ? {
          level: "warning",
          text: `Node ${version} on ${platform}`,
          mend: `Use Node ${OLDEST_NODE.join(".")} or later.`,
        }
      : { level: "ok", text: `${name} ${version} on ${platform}` },
    { level: "ok", text: `catalyst-tracing ${PACKAGE_VERSION} in ${folder}` },
    loaded.native === undefined
      ? { level: "loss", text: loaded.problem, mend: loaded.mend }
      : { level: "ok", text: "the native module is loaded" },
  ];
  const facts = {
    runtime: { name, version },
    platform,
    package: { version: PACKAGE_VERSION, folder },
    native: loaded.native === undefined ? { loaded: false, ...loaded } : { loaded: true },
  };
  return { title: "Runtime", findings, facts };
}

function isTooOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  return major < oldestMajor || (major === oldestMajor && minor < oldestMinor);
}
