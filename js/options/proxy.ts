/**
 * The proxies that the environment names, as curl and most other programs read them.
 */
import { ignoredVariable, type Lookup } from "./lookup.js";
import type { ProxySettings } from "./types.js";

export function resolveProxy(lookup: Lookup): ProxySettings {
  // Under CGI a request's header `Proxy:` becomes HTTP_PROXY, and anybody could redirect us.
  const isCgi = lookup.variable("REQUEST_METHOD") !== undefined;
  const found = {
    http: readUrl(lookup, isCgi ? ["http_proxy"] : ["http_proxy", "HTTP_PROXY"]),
    https: readUrl(lookup, ["https_proxy", "HTTPS_PROXY"]),
    all: readUrl(lookup, ["all_proxy", "ALL_PROXY"]),
  };
  const sources = [found.http, found.https, found.all].flatMap((url) => url?.source ?? []);
  lookup.sources["proxy"] = sources.join(", ") || "default";
  return {
    http: found.http?.value ?? null,
    https: found.https?.value ?? null,
    all: found.all?.value ?? null,
    no: lookup.variable("no_proxy") ?? lookup.variable("NO_PROXY") ?? null,
  };
}

function readUrl(lookup: Lookup, names: readonly string[]) {
  for (const source of names) {
    const value = lookup.variable(source);
    if (value === undefined) continue;
    if (URL.canParse(value.includes("://") ? value : `http://${value}`)) return { value, source };
    lookup.warn(ignoredVariable(source, value, "a proxy's URL", "url"));
  }
  return undefined;
}
