/**
 * One collector and how to talk to it: that of the top level, with the environment's say, or that of
 * a destination, for which nothing counts but what stands there and `inherited`.
 */
import { resolveCertificates } from "./certificates.js";
import { isLoopback } from "./endpoint.js";
import { resolveHeaders } from "./headers.js";
import type { OptionsIo } from "./io.js";
import type { Lookup, Setting } from "./lookup.js";
import { SETTINGS } from "./table.js";
import type { Connection } from "./destination-types.js";

/** Options that make up a connection, in code. */
export const CONNECTION_NAMES = [
  "endpoint",
  "token",
  "headers",
  "protocol",
  "compression",
  "timeoutMs",
  "certificate",
  "clientCertificate",
  "clientKey",
] as const;

/** What a destination takes from the top level where it says nothing: no secret is among it. */
export interface Inherited {
  readonly connection: Connection;
  readonly sources: Readonly<Record<string, string>>;
}

export function resolveConnection(
  lookup: Lookup,
  io: OptionsIo,
  inherited?: Inherited,
): Connection & { readonly extraCaPem: string | null } {
  const pick = <T>(setting: Setting<T>, value: T | undefined): T => {
    const source = inherited?.sources[setting.name] ?? "default";
    const isSaid = value !== undefined && source !== "default";
    return lookup.pick(setting, { beforeDefault: isSaid ? { value, source } : undefined });
  };
  const above = inherited?.connection;
  const endpoint = lookup.pick(SETTINGS.endpoint);
  const compression = pick(SETTINGS.compression, above?.compression);
  const isChosen = lookup.sources["compression"] !== "default";
  return {
    ...endpoint,
    headers: resolveHeaders(lookup),
    protocol: pick(SETTINGS.protocol, above?.protocol),
    compression,
    gzipLevel: !isChosen && isLoopback(endpoint.tracesUrl) ? 0 : 1,
    timeoutMs: pick(SETTINGS.timeoutMs, above?.timeoutMs),
    ...resolveCertificates(lookup, io),
  };
}
