// Holds our reading of the wire against Python's, span by span and field by field. Spans are
// matched by their ids, so that the order in which requests came does not matter.

import type { AttrValue, Attributes, DecodedSpan } from "./otlp.js";
import type { PythonAttributes, PythonSpan, PythonValue } from "./python.js";

/** The differences in words; none when both read the same. */
export function compareWithPython(
  ours: readonly DecodedSpan[],
  python: readonly PythonSpan[],
): string[] {
  const differences: string[] = [];
  const theirs = new Map<string, PythonSpan[]>();
  for (const span of python) {
    const key = keyOf(span);
    theirs.set(key, [...(theirs.get(key) ?? []), span]);
  }
  for (const span of ours) {
    const match = theirs.get(keyOf(span))?.shift();
    if (match === undefined) differences.push(`${label(span)}: Python has no such span`);
    else compareSpan(span, match, differences);
  }
  for (const span of [...theirs.values()].flat()) {
    differences.push(`${label(span)}: only Python has it`);
  }
  return differences;
}

const keyOf = (span: { traceId: string; spanId: string }): string => {
  return `${span.traceId}/${span.spanId}`;
};
const label = (span: { name: string; spanId: string }): string => {
  return `span ${JSON.stringify(span.name)} (${span.spanId})`;
};

const TEXT_FIELDS = ["parentSpanId", "traceState", "name"] as const;
const NUMBER_FIELDS = [
  "flags",
  "kind",
  "startTimeUnixNano",
  "endTimeUnixNano",
  "droppedAttributesCount",
  "droppedEventsCount",
  "droppedLinksCount",
] as const;

function compareSpan(ours: DecodedSpan, theirs: PythonSpan, differences: string[]): void {
  const where = label(ours);
  const equal = (field: string, a: string, b: string): void => {
    if (a !== b) differences.push(`${where} ${field}: ours ${quote(a)}, Python's ${quote(b)}`);
  };
  const equalAttributes = (field: string, a: Attributes, b: PythonAttributes): void => {
    compareAttributes(a, b, `${where} ${field}`, differences);
  };
  for (const field of TEXT_FIELDS) equal(field, ours[field], theirs[field]);
  for (const field of NUMBER_FIELDS) equal(field, String(ours[field]), theirs[field]);
  equal("status.code", String(ours.status.code), theirs.status.code);
  equal("status.message", ours.status.message, theirs.status.message);
  equal("scope.name", ours.scope.name, theirs.scope.name);
  equal("scope.version", ours.scope.version, theirs.scope.version);
  equalAttributes("scope.attributes", ours.scope.attributes, theirs.scope.attributes);
  equalAttributes("resource", ours.resource, theirs.resource);
  equalAttributes("attributes", ours.attributes, theirs.attributes);
  for (const [key, [type]] of theirs.attributes) {
    equal(`attributeTypes.${key}`, ours.attributeTypes[key] ?? "absent", type);
  }
  equal("events.length", String(ours.events.length), String(theirs.events.length));
  theirs.events.forEach((event, index) => {
    const mine = ours.events[index];
    if (mine === undefined) return;
    equal(`events[${index}].name`, mine.name, event.name);
    equal(`events[${index}].timeUnixNano`, String(mine.timeUnixNano), event.timeUnixNano);
    equalAttributes(`events[${index}].attributes`, mine.attributes, event.attributes);
  });
  equal("links.length", String(ours.links.length), String(theirs.links.length));
  theirs.links.forEach((link, index) => {
    const mine = ours.links[index];
    if (mine === undefined) return;
    for (const field of ["traceId", "spanId", "traceState"] as const) {
      equal(`links[${index}].${field}`, mine[field], link[field]);
    }
    equalAttributes(`links[${index}].attributes`, mine.attributes, link.attributes);
  });
}

function compareAttributes(
  ours: Attributes,
  theirs: PythonAttributes,
  where: string,
  differences: string[],
): void {
  const left = new Map(Object.entries(ours));
  for (const [key, value] of theirs) {
    const mine = left.get(key);
    if (!left.delete(key)) differences.push(`${where}: only Python has ${quote(key)}`);
    else if (mine === undefined || !sameValue(mine, value)) {
      differences.push(`${where} ${quote(key)}: ours ${show(mine)}, Python's ${show(value)}`);
    }
  }
  for (const key of left.keys()) differences.push(`${where}: Python has no ${quote(key)}`);
}

/** The kind of a number (int or double) is known from Python's side only. */
function sameValue(ours: AttrValue, [type, theirs]: PythonValue): boolean {
  switch (type) {
    case "string":
      return ours === theirs;
    case "bool":
      return ours === (theirs === "true");
    case "int":
      return (typeof ours === "number" || typeof ours === "bigint") && String(ours) === theirs;
    case "double":
      return typeof ours === "number" && Object.is(ours, pythonFloat(theirs));
    case "bytes":
      return ours instanceof Uint8Array && Buffer.from(ours).toString("hex") === theirs;
    case "empty":
      return ours === null;
    case "array":
      return (
        Array.isArray(ours) &&
        ours.length === theirs.length &&
        ours.every((item, index) => {
          const other = theirs[index];
          return other !== undefined && sameValue(item, other);
        })
      );
    case "kvlist": {
      if (typeof ours !== "object" || ours === null || Array.isArray(ours)) return false;
      if (ours instanceof Uint8Array) return false;
      const differences: string[] = [];
      compareAttributes(ours, theirs, "", differences);
      return differences.length === 0;
    }
  }
}

const PYTHON_FLOAT_WORDS: Record<string, number> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  "-inf": Number.NEGATIVE_INFINITY,
};

function pythonFloat(text: string): number {
  return PYTHON_FLOAT_WORDS[text] ?? Number(text);
}

function quote(text: string): string {
  return JSON.stringify(text);
}

function show(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "bigint" ? `${inner}n` : inner,
  );
}
