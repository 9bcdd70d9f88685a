/**
 * W3C Baggage: the `baggage` header, in and out.
 *
 * Names and values are percent-encoded, the properties of an entry (what follows its first
 * semicolon) are carried as they are. An entry that breaks the format or goes over a limit is
 * skipped alone. Nothing here throws, whatever the carrier, the getter or the setter do.
 */
import { Buffer } from "node:buffer";
import {
  type BaggageEntry,
  baggageEntryMetadataFromString,
  type Context,
  propagation,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
} from "@opentelemetry/api";
import { asRecord, IDENTITY_KEYS, inheritedAt } from "./inherited.js";
import { isTracingSuppressed } from "./suppression.js";

const BAGGAGE = "baggage";

/** OpenTelemetry's limits, which are those of the standard's first edition. */
const MAX_ENTRIES = 180;
const MAX_ENTRY_CHARS = 4096;
const MAX_TOTAL_CHARS = 8192;

/** An HTTP token: what a name must be on the wire. */
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Printable ASCII without space, quote, comma, semicolon and backslash. */
const VALUE = /^[!#-+\--:<-[\]-~]*$/;
/** What properties may consist of; anything else could break the header apart. */
const PROPERTIES = /^[\t -+\--~]+$/;

export class BaggagePropagator implements TextMapPropagator {
  inject<Carrier>(context: Context, carrier: Carrier, setter: TextMapSetter<Carrier>): void {
    try {
      if (isTracingSuppressed(context)) return;
      const header = formatBaggage(outgoing(context));
      if (header !== "") setter.set(carrier, BAGGAGE, header);
    } catch {
      // The request goes out without the header.
    }
  }

  extract<Carrier>(context: Context, carrier: Carrier, getter: TextMapGetter<Carrier>): Context {
    try {
      const entries = parseBaggage([getter.get(carrier, BAGGAGE) ?? ""].flat().join(","));
      if (Object.keys(entries).length === 0) return context;
      return propagation.setBaggage(context, propagation.createBaggage(entries));
    } catch {
      return context;
    }
  }

  fields(): string[] {
    return [BAGGAGE];
  }
}

/** The app's own baggage, and who the agent, the session and the user are. */
function outgoing(context: Context): [string, BaggageEntry][] {
  const inherited = asRecord(inheritedAt(context));
  const entries = new Map(propagation.getBaggage(context)?.getAllEntries());
  for (const key of IDENTITY_KEYS) {
    const value = inherited[key];
    if (typeof value === "string") entries.set(key, { value });
  }
  return [...entries];
}

/** The entries in a header's text; of two with one name the last one stands. */
export function parseBaggage(header: string): Record<string, BaggageEntry> {
  // Without a prototype, because an entry may be called `__proto__`.
  const entries = Object.create(null) as Record<string, BaggageEntry>;
  for (const text of withinLimits(header.split(","))) {
    const [pair, properties] = splitAt(text, ";");
    const [name, value] = splitAt(pair, "=");
    if (value === undefined || !NAME.test(name.trim()) || !VALUE.test(value.trim())) continue;
    const entry: BaggageEntry = { value: percentDecode(value.trim()) };
    const metadata = properties?.trim() ?? "";
    if (metadata !== "") {
      entry.metadata = baggageEntryMetadataFromString(metadata);
    }
    entries[percentDecode(name.trim())] = entry;
  }
  return entries;
}

/** The header's text for these entries; `''` when none can be sent. */
export function formatBaggage(entries: readonly (readonly [string, BaggageEntry])[]): string {
  return withinLimits(entries.map(formatEntry)).join(",");
}

function formatEntry([name, entry]: readonly [string, BaggageEntry]): string {
  try {
    const pair =
      name === "" ? "" : `${encodeURIComponent(name)}=${encodeURIComponent(entry.value)}`;
    const properties = entry.metadata === undefined ? "" : String(entry.metadata).trim();
    return pair !== "" && PROPERTIES.test(properties) ? `${pair};${properties}` : pair;
  } catch {
    return ""; // half a surrogate pair has no UTF-8, and a foreign entry can do anything
  }
}

// One rule for both ways: blank and oversized entries are left out, and the first entry that
// would make the whole too long or too many ends the list.
function withinLimits(texts: readonly string[]): string[] {
  const kept: string[] = [];
  let totalChars = -1;
  for (const raw of texts) {
    const text = raw.trim();
    if (text === "" || text.length > MAX_ENTRY_CHARS) continue;
    totalChars += text.length + 1;
    if (kept.length === MAX_ENTRIES || totalChars > MAX_TOTAL_CHARS) break;
    kept.push(text);
  }
  return kept;
}

function splitAt(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

// Not decodeURIComponent: the standard wants bytes that are no UTF-8 replaced, not refused.
function percentDecode(text: string): string {
  if (!text.includes("%")) return text;
  return text.replace(/(?:%[0-9a-fA-F]{2})+/g, (run) =>
    Buffer.from(run.replaceAll("%", ""), "hex").toString("utf8"),
  );
}
