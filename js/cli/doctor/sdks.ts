/**
 * Which SDKs the app has, in how many copies, and whether each instance of each copy can be
 * instrumented: that is tried, in this process, so that the answer is not a guess.
 */
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

import type { AppPackage } from "../../integrations/app-package.js";
import { findListedSdks } from "../../integrations/discover.js";
import type { Integration } from "../../integrations/integration.js";
import { INTEGRATIONS } from "../../integrations/registry.js";
import { readSdkPackage } from "../../integrations/sdk-package.js";
import type { Finding, Section } from "../report.js";
import { findInstalledCopies, type InstalledCopy } from "./installed-copies.js";

/** It has a switch of its own for tracing. */
const AGENTS = "@openai/agents";

interface Instance {
  readonly kind: "ES module" | "CommonJS";
  readonly file: string;
  /** Why it cannot be instrumented. */
  readonly problem: string | undefined;
}

interface Copy {
  readonly version: string;
  readonly folder: string;
  /** Whether `setup()` finds it by package.json, whatever has been loaded before. */
  readonly isFound: boolean;
  readonly instances: readonly Instance[];
}

interface Sdk {
  readonly packageName: string;
  readonly isListed: boolean;
  readonly copies: readonly Copy[];
}

export async function inspectSdks(
  app: AppPackage | undefined,
  env: NodeJS.ProcessEnv,
): Promise<Section> {
  const names = new Set(INTEGRATIONS.map(({ packageName }) => packageName));
  const start = app?.folder ?? process.cwd();
  const installed = findInstalledCopies(start, (name) => names.has(name) || name === AGENTS);
  const found = new Set(
    findListedSdks(INTEGRATIONS, app).flatMap(({ copies }) => copies.map(({ folder }) => folder)),
  );
  const sdks: Sdk[] = [];
  for (const integration of INTEGRATIONS) {
    const copies: Copy[] = [];
    for (const each of installed.filter(({ name }) => name === integration.packageName)) {
      copies.push(await inspectCopy(integration, each, found.has(each.folder)));
    }
    const isListed = app?.dependencies.has(integration.packageName) ?? false;
    if (isListed || copies.length > 0) {
      sdks.push({ packageName: integration.packageName, isListed, copies });
    }
  }
  const findings = [
    describeApp(app),
    ...sdks.flatMap(describeSdk),
    ...(sdks.length === 0 ? [describeNone(names)] : []),
    ...(installed.some(({ name }) => name === AGENTS) ? [describeAgentsTracing(env)] : []),
  ];
  return { title: "SDKs", findings, facts: { app: app?.folder, sdks } };
}

async function inspectCopy(
  integration: Integration,
  { version, folder }: InstalledCopy,
  isFound: boolean,
): Promise<Copy> {
  const { esm, cjs } = readSdkPackage(folder) ?? {};
  const instances: Instance[] = [];
  if (esm !== undefined) {
    const load = async (): Promise<unknown> => (await import(pathToFileURL(esm).href)) as unknown;
    instances.push({ kind: "ES module", file: esm, problem: await tryOut(integration, load) });
  }
  if (cjs !== undefined) {
    const load = (): unknown => createRequire(import.meta.url)(cjs);
    instances.push({ kind: "CommonJS", file: cjs, problem: await tryOut(integration, load) });
  }
  return { version, folder, isFound, instances };
}

async function tryOut(integration: Integration, load: () => unknown): Promise<string | undefined> {
  try {
    integration.install(await load());
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function describeApp(app: AppPackage | undefined): Finding {
  if (app !== undefined) return { level: "note", text: `of the app in ${app.folder}` };
  return {
    level: "warning",
    text: "no package.json with dependencies was found",
    mend: 'Run this in the app\'s folder. An app without one passes its SDKs in "modules".',
  };
}

function describeNone(names: ReadonlySet<string>): Finding {
  const list = [...names].join(", ");
  return {
    level: "note",
    text: `none that is instrumented by itself (${list}); spans of your own are traced`,
  };
}

function describeSdk({ packageName, isListed, copies }: Sdk): Finding[] {
  if (copies.length === 0) {
    const text = `${packageName} is listed in package.json and not installed`;
    return [{ level: "warning", text, mend: "Install the app's dependencies." }];
  }
  const findings = copies.flatMap((copy) => describeCopy(packageName, copy, isListed));
  if (copies.length > 1) {
    findings.push({ level: "note", text: `${packageName} is installed ${copies.length} times` });
  }
  return findings;
}

function describeCopy(packageName: string, copy: Copy, isListed: boolean): Finding[] {
  const { version, folder, instances } = copy;
  const named = `${packageName} ${version}`;
  const findings: Finding[] = instances
    .filter(({ problem }) => problem !== undefined)
    .map(({ kind, problem }) => ({
      level: "loss",
      text: `${named}, ${kind}: cannot be instrumented. ${problem}`,
      mend: `It is in ${folder}.`,
    }));
  const good = instances.filter(({ problem }) => problem === undefined).map(({ kind }) => kind);
  if (good.length > 0) {
    findings.push({
      level: "ok",
      text: `${named}, ${good.join(" and ")}: instrumented; in ${folder}`,
    });
  }
  if (instances.length === 0) {
    findings.push({ level: "warning", text: `${named} in ${folder} cannot be loaded` });
  } else if (!copy.isFound) {
    findings.push({
      level: "note",
      text: isListed
        ? "That copy is another package's; it is instrumented when it loads after setup()."
        : "package.json does not list it; it is instrumented when it loads after setup().",
      mend: "To be sure start the app with --import catalyst-tracing/register.",
    });
  }
  return findings;
}

function describeAgentsTracing(env: NodeJS.ProcessEnv): Finding {
  const isOff = /^(?:1|true|yes|on)$/i.test(env["OPENAI_AGENTS_DISABLE_TRACING"]?.trim() ?? "");
  const cause = isOff
    ? "OPENAI_AGENTS_DISABLE_TRACING"
    : env["NODE_ENV"] === "test"
      ? "NODE_ENV=test"
      : undefined;
  if (cause === undefined) return { level: "ok", text: `${AGENTS} has its tracing on` };
  return {
    level: "loss",
    text: `${AGENTS} has its tracing off, because of ${cause}`,
    mend: "Unset it; until then agents, tools and handoffs have no spans.",
  };
}
