/**
 * Where spans would go by the environment alone, and whether each of these places takes them. What
 * the app's code says cannot be seen from here.
 */
import { accessSync, constants, statSync } from "node:fs";
import { dirname } from "node:path";

import type { OptionsResolution, ResolvedDestination, ResolvedOptions } from "../../options.js";
import { withoutSecrets } from "../../options/endpoint.js";
import { SETTINGS } from "../../options/table.js";
import type { Finding, Section } from "../report.js";
import { inspectCollector, type Inspected } from "./collector.js";

export async function inspectDestinations(
  { options, sources }: OptionsResolution,
  env: NodeJS.ProcessEnv,
): Promise<Section> {
  const findings: Finding[] = [];
  const facts: object[] = [];
  for (const destination of options.destinations) {
    const { name, endpoint } = destination;
    const found = await inspect(destination, options);
    findings.push(...found.findings);
    facts.push({ name, endpoint, ...found.facts });
  }
  if (options.destinations.every(({ otlp }) => otlp === null)) {
    const text = "spans go to no collector; CATALYST_SINK takes the place of the default one";
    findings.push({ level: "note", text });
  }
  findings.push(...passedOver(sources["endpoint"], env), {
    level: "note",
    text: "Where the app passes destinations, endpoint or sink to setup(), these come first.",
    mend: "In the app tracing.stats().destinations tells where spans go.",
  });
  return { title: "Destinations", findings, facts };
}

async function inspect(
  { otlp, file }: ResolvedDestination,
  options: ResolvedOptions,
): Promise<Inspected> {
  if (otlp !== null) return await inspectCollector(options);
  if (file !== null) return inspectFile(file.file);
  const text = "finished traces are printed on the console (stderr)";
  return { findings: [{ level: "ok", text }], facts: {} };
}

/** Nothing is written. */
function inspectFile(path: string): Inspected {
  try {
    const isThere = accessNearest(path);
    const text = `spans are appended to ${path}${isThere ? "" : ", which will be made"}`;
    return { findings: [{ level: "ok", text }], facts: {} };
  } catch (error) {
    const { code = String(error) } = error as { code?: string };
    const text = `nothing can be written to ${path} (${code})`;
    const mend = "Spans wait for it. Correct the path in CATALYST_SINK, or the permissions.";
    return { findings: [{ level: "loss", text, mend }], facts: { fault: code } };
  }
}

/** Whether the file is there; throws unless it, or the folder that it can be made in, is writable. */
function accessNearest(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found !== undefined) {
    if (found.isDirectory()) throw Object.assign(new Error("a folder"), { code: "EISDIR" });
    accessSync(path, constants.W_OK);
    return true;
  }
  let folder = dirname(path);
  while (dirname(folder) !== folder && statSync(folder, { throwIfNoEntry: false }) === undefined) {
    folder = dirname(folder);
  }
  if (!statSync(folder).isDirectory()) {
    throw Object.assign(new Error("no folder"), { code: "ENOTDIR" });
  }
  accessSync(folder, constants.W_OK | constants.X_OK);
  return false;
}

/** There is one endpoint, and the environment may name several. */
function passedOver(source: string | undefined, env: NodeJS.ProcessEnv): Finding[] {
  const names = SETTINGS.endpoint.env.map((one) => (typeof one === "string" ? one : one.name));
  const used = names.indexOf(source ?? "");
  return names.slice(used + 1).flatMap((name) => {
    const value = env[name]?.trim() ?? "";
    if (used === -1 || value === "" || value === env[source ?? ""]?.trim()) return [];
    const text = `nothing goes to ${withoutSecrets(value)} (${name}): ${source} comes before it`;
    return [{ level: "note", text }];
  });
}
