// A value that fits a JSON Schema and reads as if a model had filled it in from a question.

import { isObject, list, object, objects, text, type JsonObject } from "./json.js";

/** Deeper schemas are recursive ones. */
const MAX_DEPTH = 8;

export function sampleValue(schema: unknown, question: string): unknown {
  const root = object(schema);
  return value(root, "value", { question, definitions: root, depth: 0 });
}

interface Place {
  question: string;
  definitions: JsonObject;
  depth: number;
}

function value(given: JsonObject, name: string, place: Place): unknown {
  const schema = resolved(given, place.definitions);
  if ("const" in schema) return schema["const"];
  if ("default" in schema && schema["default"] !== undefined) return schema["default"];
  const [first] = list(schema["enum"]);
  if (first !== undefined) return first;
  const [variant] = [...objects(schema["anyOf"]), ...objects(schema["oneOf"])];
  if (variant !== undefined) return value(variant, name, place);
  if (place.depth > MAX_DEPTH) return null;
  const deeper = { ...place, depth: place.depth + 1 };
  switch (typeOf(schema)) {
    case "object":
      return Object.fromEntries(
        Object.entries(object(schema["properties"])).map(([key, inner]) => [
          key,
          value(object(inner), key, deeper),
        ]),
      );
    case "array":
      return [value(object(schema["items"]), name, deeper)];
    case "integer":
    case "number":
      return schema["minimum"] ?? 1;
    case "boolean":
      return true;
    case "null":
      return null;
    default:
      return word(name, schema, place.question);
  }
}

function resolved(schema: JsonObject, root: JsonObject): JsonObject {
  const reference = text(schema["$ref"]);
  if (!reference.startsWith("#/")) return schema;
  let found: unknown = root;
  for (const key of reference.slice(2).split("/")) found = object(found)[key];
  return object(found);
}

function typeOf(schema: JsonObject): unknown {
  const { type } = schema;
  if (Array.isArray(type)) return type.find((each) => each !== "null");
  return type ?? (isObject(schema["properties"]) ? "object" : "string");
}

/** By the name of the field, from the question where it can be found there. */
function word(name: string, schema: JsonObject, question: string): string {
  if (schema["format"] === "date") return "2025-06-15";
  if (schema["format"] === "date-time") return "2025-06-15T12:00:00Z";
  if (schema["format"] === "email" || /email/i.test(name)) return "ada@example.com";
  if (/(^|_)id$|Id$|number|code|order/.test(name)) {
    return /\b[A-Z]+-?\d+\b|\b\d{3,}\b/.exec(question)?.[0] ?? "ABC-123";
  }
  if (/city|location|place|country/i.test(name)) {
    return /\bin ([A-Z]\w+)/.exec(question)?.[1] ?? "Paris";
  }
  if (/query|question|text|message|input|prompt|topic/i.test(name)) return question;
  return `some ${name}`;
}
