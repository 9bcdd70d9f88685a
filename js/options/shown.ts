/**
 * Settings as they may be shown to people: no token, header, key or password is in them.
 */
import type { OptionsResolution, ResolvedDestination } from "../options.js";
import { isSameValue } from "./compare.js";
import type { ResolvedCost } from "./cost.js";
import type { ResolvedPolicy } from "./destination-types.js";
import { withoutSecrets } from "./endpoint.js";
import { shownHide } from "./hide.js";
import { shownRedaction } from "./redact.js";
import type { ResolvedSample } from "./sample.js";
import type { ResolvedLimits } from "./limits.js";

export interface ShownSetting {
  readonly name: string;
  readonly value: string;
  /** `option`, a variable's name, `package.json`, or `default`. */
  readonly source: string;
}

const SECRET = "set (not shown)";

export function shownSettings({ options, sources }: OptionsResolution): ShownSetting[] {
  const names = options.headers.map(([name]) => name);
  const token = sources["token"] === "default" ? "none" : SECRET;
  const { http, https, all, no } = options.proxy;
  const proxies = Object.entries({ http, https, all }).flatMap(([kind, url]) =>
    url === null ? [] : [`${kind} ${withoutSecrets(url)}`],
  );
  if (proxies.length > 0 && no !== null) proxies.push(`not for ${no}`);
  const values: Record<string, string | number | boolean | null> = {
    endpoint: withoutSecrets(options.endpoint),
    token,
    destinations: options.destinations.map((one) => shownDestination(one, options)).join(", "),
    serviceName: options.serviceName,
    serviceVersion: options.serviceVersion,
    environment: options.environment,
    disabled: options.disabled,
    debug: options.debug,
    autoInstrument: options.autoInstrument,
    register: options.register,
    protocol: options.protocol,
    compression: options.compression,
    headers: names.length === 0 ? null : `${names.join(", ")} (values not shown)`,
    timeoutMs: options.timeoutMs,
    certificate: pem(options.certificatePem),
    clientCertificate: pem(options.clientCertificatePem),
    clientKey: pem(options.clientKeyPem),
    extraCa: pem(options.extraCaPem),
    proxy: proxies.join(", ") || null,
    resourceAttributes: JSON.stringify(options.resource),
    sampler: `${options.sampler.kind} ${options.sampler.ratio}`,
    hide: shownHide(options.hide),
    cost: shownCost(options.cost),
    sample: shownSample(options.sample),
    limits: shownLimits(options.limits),
    batching: options.batching,
    maxQueueBytes: options.maxQueueBytes,
    maxBatchBytes: options.maxBatchBytes,
    maxBatchSpans: options.maxBatchSpans,
    scheduleDelayMs: options.scheduleDelayMs,
    exitFlushMs: options.exitFlushMs,
    redact: shownRedaction(options.redact),
    spool: options.spool && `${options.spool.dir}, at most ${options.spool.maxBytes} bytes`,
  };
  return Object.entries(values).map(([name, value]) => ({
    name,
    value: String(value ?? "none"),
    source: sources[name] ?? "default",
  }));
}

function shownCost(cost: ResolvedCost | null): string {
  if (cost === null) return "off";
  const own = Object.keys(cost.prices).length;
  const models = own === 1 ? "model" : "models";
  return own === 0 ? "on" : `on, with prices of ${own} ${models} of your own`;
}

/** Where it goes, and what its policy says otherwise than the top level's. */
function shownDestination(
  { name, endpoint, policy }: ResolvedDestination,
  top: ResolvedPolicy,
): string {
  const place = endpoint.startsWith(`${name}:`) ? endpoint : `${name} (${endpoint})`;
  const { hide, redact, limits } = policy;
  const own = [
    ...(isSameValue(hide, top.hide) ? [] : [`hide: ${shownHide(hide)}`]),
    ...(isSameValue(redact, top.redact) ? [] : [`redact: ${shownRedaction(redact) ?? "none"}`]),
    ...(isSameValue(limits, top.limits) ? [] : [`limits: ${shownLimits(limits)}`]),
  ];
  return own.length === 0 ? place : `${place} with ${own.join("; ")}`;
}

function shownSample(sample: ResolvedSample | null): string | null {
  if (sample === null) return null;
  const { ratio, keepErrors, keepSlowerThanMs, keepCostAboveUsd, keep } = sample;
  const kept = [
    ...(keepErrors ? ["errors"] : []),
    ...(keepSlowerThanMs === null ? [] : [`slower than ${keepSlowerThanMs} ms`]),
    ...(keepCostAboveUsd === null ? [] : [`dearer than $${keepCostAboveUsd}`]),
    ...Object.entries(keep).map(([key, values]) => `${key} ${values.join(" or ")}`),
  ];
  return [`${ratio} of all traces`, ...kept].join(", ");
}

function shownLimits({ valueLength, spanBytes }: ResolvedLimits): string {
  const shown = [
    ...(valueLength === null ? [] : [`values of ${valueLength} characters`]),
    ...(spanBytes === null ? [] : [`spans of ${spanBytes} bytes`]),
  ];
  return shown.join(", ") || "none";
}

function pem(text: string | null): string | null {
  return text === null ? null : SECRET;
}
