/**
 * Where batches are posted to: from the base URL that people know to the full URL.
 *
 * Userinfo and query strings are kept for the request and never shown in a message.
 */
import { quote } from "../errors.js";
import type { Kind } from "./kinds.js";

export interface Endpoint {
  /** As it was given. */
  readonly endpoint: string;
  /** The full URL that batches are posted to. */
  readonly tracesUrl: string;
}

const TRACES_PATH = "/v1/traces";

const WANTS_URL = "an http:// or https:// URL, such as http://localhost:8799";

/** A collector's base URL: the path of the traces signal is appended unless it is there. */
export const baseEndpoint: Kind<Endpoint> = {
  wants: WANTS_URL,
  fromValue: (value) => (typeof value === "string" ? withTracesPath(value) : undefined),
  fromText: withTracesPath,
};

/** A full URL, taken as it is. */
export function readFullEndpoint(text: string): Endpoint | undefined {
  const url = parseHttpUrl(text);
  return url && { endpoint: text, tracesUrl: url.href };
}

function withTracesPath(text: string): Endpoint | undefined {
  const url = parseHttpUrl(text);
  if (url === undefined) return undefined;
  const path = url.pathname.replace(/\/+$/, "");
  url.pathname = path.endsWith(TRACES_PATH) ? path : path + TRACES_PATH;
  return { endpoint: text.trim(), tracesUrl: url.href };
}

function parseHttpUrl(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  // `http:example.com` and `http:/example.com` are forgiven by browsers, and are typing errors.
  if (!/^\s*https?:\/\//i.test(text)) return undefined;
  url.hash = "";
  return url;
}

/** A URL in quotes for a message. */
export function quoteUrl(text: string): string {
  return quote(withoutSecrets(text));
}

/** A URL without userinfo and query, which often hold credentials. */
export function withoutSecrets(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/is, "$1…@").replace(/[?#].*$/s, "?…");
}

/** Whether a URL leads to this machine and nowhere else. */
export function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
