/**
 * Settings as they may be shown to people: no token, header, key or password is in them.
 */
import type { OptionsResolution, ResolvedDestination } from "../options.js";
import { withoutSecrets } from "./endpoint.js";

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
    destinations: options.destinations.map(shownDestination).join(", "),
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
    batching: options.batching,
    maxQueueBytes: options.maxQueueBytes,
    maxBatchBytes: options.maxBatchBytes,
    maxBatchSpans: options.maxBatchSpans,
    scheduleDelayMs: options.scheduleDelayMs,
    exitFlushMs: options.exitFlushMs,
    spool: options.spool && `${options.spool.dir}, at most ${options.spool.maxBytes} bytes`,
  };
  return Object.entries(values).map(([name, value]) => ({
    name,
    value: String(value ?? "none"),
    source: sources[name] ?? "default",
  }));
}

function shownDestination({ name, endpoint }: ResolvedDestination): string {
  return endpoint.startsWith(`${name}:`) ? endpoint : `${name} (${endpoint})`;
}

function pem(text: string | null): string | null {
  return text === null ? null : SECRET;
}
