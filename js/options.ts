/**
 * The one place where the options of `setup()` are validated and get their defaults.
 *
 * Everything after this works with `ResolvedOptions` alone: it reads no variable, knows no default
 * and checks nothing again. What a setting is called and where it may come from stands in
 * `options/table.ts`; settings that are more than one value have a file of their own beside it.
 */
import { resolveConnection } from "./options/connection.js";
import { resolveCost } from "./options/cost.js";
import { resolveDestinations } from "./options/destinations.js";
import { completeIo, type OptionsIo } from "./options/io.js";
import { type Candidate, Lookup, type Variables } from "./options/lookup.js";
import { resolveModules } from "./options/modules.js";
import { resolvePolicy } from "./options/policy.js";
import { checkOptionNames, OPTION_NAMES } from "./options/names.js";
import { resolveProxy } from "./options/proxy.js";
import {
  buildResource,
  readFallbackAttributes,
  readOptionAttributes,
  readVariableAttributes,
  type ResourceAttributes,
  textAttribute,
} from "./options/resource.js";
import { resolveSample } from "./options/sample.js";
import { resolveSampler } from "./options/sampler.js";
import { resolveSpool } from "./options/spool.js";
import { copyOptions } from "./options/snapshot.js";
import { SETTINGS } from "./options/table.js";
import type { ResolvedOptions } from "./options/types.js";

export { endpointOf } from "./options/destinations.js";
export { sameOptions } from "./options/compare.js";
export { keptInMemory } from "./options/memory.js";
export type { CostOptions, ModelPrice } from "./options/cost.js";
export type { HideOptions } from "./options/hide-types.js";
export type { LimitOptions } from "./options/limits.js";
export type { SampleOptions } from "./options/sample.js";
export type { OptionsIo } from "./options/io.js";
export type {
  Redact,
  RedactDetector,
  RedactFunction,
  RedactKeyRule,
  RedactOptions,
  RedactPathRule,
  RedactPatternRule,
  RedactRule,
} from "./options/redact-types.js";
export type {
  Destination,
  FilterCriteria,
  ResolvedDestination,
  Sink,
} from "./options/destination-types.js";
export type {
  InstrumentModules,
  ResolvedOptions,
  ResourceAttributeValue,
  SetupOptions,
} from "./options/types.js";
export { PACKAGE_VERSION } from "./options/version.js";

export interface OptionsResolution {
  readonly options: ResolvedOptions;
  /** Sentences about variables that were not understood; to be shown once. */
  readonly warnings: readonly string[];
  /** Where each setting came from: `option`, a variable's name, `package.json`, `default`. */
  readonly sources: Readonly<Record<string, string>>;
}

/**
 * @param given - what the user passed to `setup()`: a `SetupOptions`, or anything at all
 * @param io - files and folders; the real ones where left out
 * @param fallback - attributes of the resource where neither `given` nor `env` has them
 * @throws CatalystTracingError for an option that does not exist or is not what it should be
 */
export function resolveOptions(
  given: unknown,
  env: Variables,
  io?: Partial<OptionsIo>,
  fallback: object = {},
): OptionsResolution {
  const copy = copyOptions(given, OPTION_NAMES);
  checkOptionNames(copy);
  const lookup = new Lookup(copy, env);
  const wholeIo = completeIo(io);
  const { extraCaPem, ...connection } = resolveConnection(lookup, wholeIo);
  const policy = resolvePolicy(lookup);
  const options: ResolvedOptions = {
    disabled: lookup.pick(SETTINGS.disabled),
    debug: lookup.pick(SETTINGS.debug),
    register: lookup.pick(SETTINGS.register),
    autoInstrument: lookup.pick(SETTINGS.autoInstrument),
    modules: resolveModules(lookup),
    inMemory: false,
    ...connection,
    destinations: resolveDestinations(lookup, wholeIo, connection, policy),
    extraCaPem,
    proxy: resolveProxy(lookup),
    ...resolveService(lookup, wholeIo, readFallbackAttributes(fallback)),
    batching: lookup.pick(SETTINGS.batching),
    maxQueueBytes: lookup.pick(SETTINGS.maxQueueBytes),
    maxBatchBytes: lookup.pick(SETTINGS.maxBatchBytes),
    maxBatchSpans: lookup.pick(SETTINGS.maxBatchSpans),
    scheduleDelayMs: lookup.pick(SETTINGS.scheduleDelayMs),
    exitFlushMs: lookup.pick(SETTINGS.exitFlushMs),
    spool: resolveSpool(lookup, wholeIo),
    sampler: resolveSampler(lookup),
    cost: resolveCost(lookup, wholeIo),
    sample: resolveSample(lookup),
    ...policy,
  };
  return { options: freezeAll(options), warnings: lookup.warnings, sources: lookup.sources };
}

type Service = Pick<ResolvedOptions, "serviceName" | "serviceVersion" | "environment" | "resource">;

// Each of the three has an option and variables of its own, and is an attribute of the resource
// as well: attributes in code count like code, those in the environment below all other variables.
function resolveService(lookup: Lookup, io: OptionsIo, below: ResourceAttributes): Service {
  const inCode = readOptionAttributes(lookup);
  const inEnvironment = readVariableAttributes(lookup);
  const appPackage = io.findPackageJson();
  const others = (keys: readonly string[], last?: string | null) => ({
    afterOption: candidate(inCode, keys, "resourceAttributes"),
    beforeDefault:
      candidate(inEnvironment, keys, "OTEL_RESOURCE_ATTRIBUTES") ??
      candidate(below, keys, "the provider's resource") ??
      (last ? { value: last, source: "package.json" } : undefined),
  });
  const service = {
    serviceName: lookup.pick(SETTINGS.serviceName, others(["service.name"], appPackage?.name)),
    serviceVersion: lookup.pick(
      SETTINGS.serviceVersion,
      others(["service.version"], appPackage?.version),
    ),
    environment: lookup.pick(
      SETTINGS.environment,
      others(["deployment.environment.name", "deployment.environment"]),
    ),
  };
  lookup.sources["resourceAttributes"] =
    [
      ...(Object.keys(inCode).length > 0 ? ["option"] : []),
      ...(Object.keys(inEnvironment).length > 0 ? ["OTEL_RESOURCE_ATTRIBUTES"] : []),
    ].join(", ") || "default";
  const attributes = { ...below, ...inEnvironment, ...inCode };
  return { ...service, resource: buildResource({ ...service, attributes }) };
}

function candidate(
  attributes: ResourceAttributes,
  keys: readonly string[],
  source: string,
): Candidate<string> | undefined {
  const value = textAttribute(attributes, ...keys);
  return value === undefined ? undefined : { value, source };
}

// Modules are other people's objects: only what holds them is frozen.
function freezeAll(options: ResolvedOptions): ResolvedOptions {
  for (const header of options.headers) Object.freeze(header);
  for (const part of [options.headers, options.modules, options.proxy]) Object.freeze(part);
  freezeDeep(options.destinations);
  freezeDeep(options.sample);
  freezeDeep(options.spool);
  for (const part of [options.resource, options.sampler, options.cost, options.limits])
    Object.freeze(part);
  return Object.freeze(options);
}

function freezeDeep(value: unknown): void {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  Object.values(value).forEach(freezeDeep);
}
