/**
 * Who else is there: copies of the OpenTelemetry API, OpenTelemetry's own SDK, somebody's global
 * provider, and other copies of this package.
 */
import { fileURLToPath } from "node:url";

import type { AppPackage } from "../../integrations/app-package.js";
import { activeTracing } from "../../runtime.js";
import type { Finding, Section } from "../report.js";
import { findInstalledCopies, type InstalledCopy } from "./installed-copies.js";

const API = "@opentelemetry/api";
const SDKS = new Set([
  "@opentelemetry/sdk-node",
  "@opentelemetry/sdk-trace-base",
  "@opentelemetry/sdk-trace-node",
  "@opentelemetry/auto-instrumentations-node",
]);
/** This package and the one that apps install it in place of. */
const OWN_NAMES = new Set(["catalyst-tracing", "@inference/tracing"]);

/** Where every copy of the API, of any 1.x version, keeps what is registered. */
const API_GLOBAL = Symbol.for("opentelemetry.js.api.1");

export function inspectOpenTelemetry(app: AppPackage | undefined): Section {
  const installed = findInstalledCopies(
    app?.folder ?? process.cwd(),
    (name) => name === API || SDKS.has(name) || OWN_NAMES.has(name),
  );
  const apis = installed.filter(({ name }) => name === API);
  const sdks = installed.filter(({ name }) => SDKS.has(name));
  const own = installed.filter(({ name }) => OWN_NAMES.has(name));
  // With NODE_OPTIONS this process may be traced itself, and what is registered is ours.
  const isOurs = activeTracing() !== undefined;
  const registered = isOurs ? {} : ((globalThis as Record<symbol, unknown>)[API_GLOBAL] ?? {});
  const taken = ["trace", "context", "propagation"].filter((role) =>
    Object.hasOwn(registered, role),
  );
  const findings = [
    describeApi(apis),
    ...sdks.map(({ name, version }) => describeSdk(name, version, app?.dependencies)),
    ...(taken.length === 0 ? [] : [describeTaken(taken)]),
    ...(own.length > 1 ? [describeOwn(own)] : []),
  ];
  const facts = { apis, sdks, taken, copiesOfThisPackage: own };
  return { title: "OpenTelemetry", findings, facts };
}

function describeApi(copies: readonly InstalledCopy[]): Finding {
  const versions = [...new Set(copies.map(({ version }) => version))].sort();
  if (versions.length === 0) {
    const folder = fileURLToPath(new URL("../../..", import.meta.url));
    return { level: "note", text: `${API} only beside this package, in ${folder}` };
  }
  const text = `${API} ${versions.join(", ")}`;
  // Copies of one major version share what is registered, if the one that registers is the newest.
  const majors = new Set(versions.map((version) => version.split(".")[0]));
  if (majors.size === 1) return { level: "ok", text };
  const mend = "Libraries that use another major version do not trace through this package.";
  return { level: "warning", text, mend };
}

function describeSdk(
  name: string,
  version: string,
  dependencies: ReadonlySet<string> | undefined,
): Finding {
  const text = `${name} ${version} is installed`;
  if (dependencies?.has(name) !== true) return { level: "note", text: `${text}, by a package` };
  return {
    level: "note",
    text: `${text}, by the app`,
    mend:
      "Where it registers a provider before setup(), other libraries' spans go to that one; " +
      'with setup({ register: true }) they go to this one. "catalyst-tracing/otel" joins the two.',
  };
}

function describeTaken(roles: readonly string[]): Finding {
  return {
    level: "warning",
    text: `OpenTelemetry's global ${roles.join(", ")} is registered by somebody else already`,
    mend: "What is loaded by NODE_OPTIONS has done so; spans of other libraries go there.",
  };
}

function describeOwn(copies: readonly InstalledCopy[]): Finding {
  return {
    level: "warning",
    text: `this package is installed ${copies.length} times`,
    mend: copies.map(({ version, folder }) => `${version} in ${folder}`).join("; "),
  };
}
