/**
 * The resource: what all spans of this process have in common.
 *
 * Users' attributes come from `resourceAttributes` and, below it, `OTEL_RESOURCE_ATTRIBUTES`. The
 * host's name is left out on purpose: it is nobody's business unless somebody asks.
 */
import { ignoredVariable, invalidOption, type Lookup } from "./lookup.js";
import { parsePairs } from "./pairs.js";
import { copyOptionObject } from "./snapshot.js";
import type { ResourceAttributeValue } from "./types.js";
import { PACKAGE_VERSION } from "./version.js";

export type ResourceAttributes = Readonly<Record<string, ResourceAttributeValue>>;

const VARIABLE = "OTEL_RESOURCE_ATTRIBUTES";

const WANTS_VALUE =
  "a string, a finite number, a boolean, or an array with elements of one of these types";

/** Attributes that other settings are read from as well, and that are text wherever they occur. */
const TEXT_KEYS = new Set([
  "service.name",
  "service.version",
  "deployment.environment",
  "deployment.environment.name",
]);

/** The attributes in the option `resourceAttributes`. */
export function readOptionAttributes(lookup: Lookup): ResourceAttributes {
  const given = lookup.option("resourceAttributes");
  if (given === undefined) return {};
  const copy = copyOptionObject("resourceAttributes", given, "an object of attributes");
  return Object.fromEntries(
    Object.entries(copy).map(([key, value]) => {
      const option = `resourceAttributes.${key}`;
      if (key.trim() === "") throw invalidOption(option, value, "a name that is not empty");
      if (TEXT_KEYS.has(key) && (typeof value !== "string" || value.trim() === "")) {
        throw invalidOption(option, value, "a string that is not empty");
      }
      const read = readValue(value);
      if (read === undefined) throw invalidOption(option, value, WANTS_VALUE);
      return [key, read];
    }),
  );
}

/** The attributes in `OTEL_RESOURCE_ATTRIBUTES`: all of them or, when one is malformed, none. */
export function readVariableAttributes(lookup: Lookup): ResourceAttributes {
  const text = lookup.variable(VARIABLE);
  if (text === undefined) return {};
  const attributes: [string, string][] = [];
  for (const pair of parsePairs(text)) {
    if ("problem" in pair) {
      const wants = `percent-encoded key=value pairs with commas between them, but ${pair.problem}`;
      lookup.warn(ignoredVariable(VARIABLE, text, wants));
      return {};
    }
    attributes.push([pair.key, pair.value]);
  }
  return Object.fromEntries(attributes);
}

/** What OpenTelemetry's SDK calls a service that nobody has named. */
const UNNAMED = /^unknown_service(:|$)/;

/** Those of another provider's resource: what is no attribute says nothing. */
export function readFallbackAttributes(given: object): ResourceAttributes {
  const read = Object.entries(given).flatMap(([key, value]) => {
    const attribute = readValue(value);
    const isUnnamed = key === "service.name" && UNNAMED.test(String(attribute));
    return attribute === undefined || isUnnamed ? [] : [[key, attribute] as const];
  });
  return Object.fromEntries(read);
}

/** A text attribute that another setting may be read from. */
export function textAttribute(attributes: ResourceAttributes, ...keys: readonly string[]) {
  const key = keys.find((name) => Object.hasOwn(attributes, name));
  const value = key === undefined ? undefined : attributes[key];
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function buildResource(parts: {
  serviceName: string;
  serviceVersion: string | null;
  environment: string | null;
  attributes: ResourceAttributes;
}): ResourceAttributes {
  const { serviceName, serviceVersion, environment, attributes } = parts;
  return {
    ...processAttributes(),
    ...attributes,
    "service.name": serviceName,
    ...(serviceVersion === null ? {} : { "service.version": serviceVersion }),
    // The second name replaces the first in OpenTelemetry's conventions; receivers know one each.
    ...(environment === null
      ? {}
      : { "deployment.environment": environment, "deployment.environment.name": environment }),
    "telemetry.sdk.name": "catalyst-tracing",
    "telemetry.sdk.language": "nodejs",
    "telemetry.sdk.version": PACKAGE_VERSION,
  };
}

function processAttributes(): ResourceAttributes {
  const { bun, deno, node } = process.versions;
  const [name, version] =
    bun !== undefined ? ["bun", bun] : deno !== undefined ? ["deno", deno] : ["nodejs", node];
  return {
    "process.pid": process.pid,
    "process.runtime.name": name,
    "process.runtime.version": version,
  };
}

function readValue(value: unknown): ResourceAttributeValue | undefined {
  if (isScalar(value)) return value;
  try {
    if (!Array.isArray(value)) return undefined;
    const elements: unknown[] = [...(value as readonly unknown[])];
    const isUniform = elements.every(
      (element) => isScalar(element) && typeof element === typeof elements[0],
    );
    return isUniform ? (Object.freeze(elements) as ResourceAttributeValue) : undefined;
  } catch {
    return undefined; // an array whose elements cannot be read
  }
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);
}
