/**
 * Through which proxy a URL is reached, by curl's rules, as the exporter follows them.
 */
import type { ProxySettings } from "../../options/types.js";

/** @returns nothing for the direct way, also where the setting is of no use */
export function proxyFor(url: URL, settings: ProxySettings): URL | undefined {
  const own = url.protocol === "https:" ? settings.https : settings.http;
  const text = own ?? settings.all;
  if (text === null || isExempt(url, settings.no ?? "")) return undefined;
  const withScheme = text.includes("://") ? text : `http://${text}`;
  if (!URL.canParse(withScheme)) return undefined;
  const proxy = new URL(withScheme);
  return proxy.protocol === "http:" ? proxy : undefined;
}

function isExempt({ hostname }: URL, list: string): boolean {
  return list
    .split(",")
    .map((entry) => entry.trim().toLowerCase().replace(/^\./, ""))
    .some((entry) => {
      if (entry === "") return false;
      return entry === "*" || entry === hostname || hostname.endsWith(`.${entry}`);
    });
}
