/**
 * What opens an MCP server stays in the process. It stands in the definition of one that the model
 * calls; and until 0.8 in the name of one that has no other than its URL.
 */
import { type Fields, fieldsOf } from "../openai/fields.js";

const REDACTED = "__REDACTED__";

/** All of a URL that is in a text; the groups are what may be shown. */
const URL_IN_TEXT =
  /(?<scheme>\b(?:https?|wss?):\/\/)(?:[^\s/?#]*@)?(?<place>[^\s?#]*)(?:[?#]\S*)?/gi;

/** The name of a server, whose URLs end where secrets may begin. */
export function serverName(name: unknown): unknown {
  return typeof name === "string" ? name.replaceAll(URL_IN_TEXT, "$<scheme>$<place>") : name;
}

/** What a span of a call holds of the server. */
export function serverData(data: unknown): unknown {
  const { server, ...others } = fieldsOf(data);
  return server === undefined ? data : { server: serverName(server), ...others };
}

/** A tool, or a call's settings, in the SDK's terms: `providerData` is what the provider gets. */
export function withoutCredentials(value: unknown): unknown {
  const { providerData, ...others } = fieldsOf(value);
  if (typeof providerData !== "object" || providerData === null) return value;
  return { ...others, providerData: publicFields(fieldsOf(providerData)) };
}

function publicFields(definition: Fields): Fields {
  return Object.fromEntries(
    Object.entries(definition).map(([name, value]) => [name, publicField(name, value)]),
  );
}

function publicField(name: string, value: unknown): unknown {
  if (value === undefined || value === null) return value;
  if (name === "server_url") return typeof value === "string" ? publicUrl(value) : REDACTED;
  if (name === "authorization") return REDACTED;
  if (!/^(?:extra_?)?headers$/i.test(name)) return value;
  if (typeof value !== "object") return REDACTED;
  return Object.fromEntries(Object.keys(value).map((header) => [header, REDACTED]));
}

/** As such a URL looks in what goes to OpenAI, see `src/semconv/openai/credentials.rs`. */
function publicUrl(url: string): string {
  return url
    .replace(/\/\/[^/?#]*@/, `//${REDACTED}@`)
    .replace(/(?<mark>[?#]).*$/s, `$<mark>${REDACTED}`);
}
