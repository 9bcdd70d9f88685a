/**
 * What of a request or an answer is recorded, where that is not all of it. No view changes what it
 * looks at, and none reads a stream.
 */
import { basename } from "node:path";

import { type Fields, fieldsOf, isFunction, textIn } from "./fields.js";

/** A request body in which files stand as their name, type and size. */
export function describeFiles(body: unknown): unknown {
  if (!isPlain(body)) return body;
  return Object.fromEntries(
    Object.entries(body).map(([key, value]) => [
      key,
      Array.isArray(value) ? value.map(describeFile) : describeFile(value),
    ]),
  );
}

/** Whatever holds bytes or gives them: File, Blob, a stream of a file, a Response, a Buffer. */
function describeFile(value: unknown): unknown {
  if (typeof value !== "object" || value === null || isPlain(value)) return value;
  const { path, url, headers, byteLength } = value as Fields;
  const fields = value as Fields;
  const name = textIn(fields, "name") ?? lastPart(path) ?? lastPart(url);
  const type = textIn(fields, "type") ?? headerIn(headers, "content-type");
  const size = numberOf(fields["size"]) ?? numberOf(byteLength) ?? headerIn(headers, LENGTH);
  return {
    ...(name !== undefined && { name }),
    // A Response says "basic" or "default" there.
    ...(type !== undefined && type.includes("/") && { type }),
    ...(size !== undefined && { size: Number(size) }),
  };
}

const LENGTH = "content-length";

function lastPart(place: unknown): string | undefined {
  if (typeof place !== "string" || place === "") return undefined;
  return basename(place.split("?", 1)[0] ?? place);
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

/** What a header of a `Response` says. */
export function headerIn(headers: unknown, name: string): string | undefined {
  const { get } = fieldsOf(headers);
  const value = isFunction(get) ? get.call(headers, name) : undefined;
  return typeof value === "string" ? value : undefined;
}

/** Vectors as the bytes of their numbers: thousands of numbers, one by one, would take long. */
export function vectorsAsBytes(answer: unknown): unknown {
  const { data } = fieldsOf(answer);
  if (!Array.isArray(data)) return answer;
  return { ...fieldsOf(answer), data: data.map(vectorAsBytes) };
}

function vectorAsBytes(item: unknown): unknown {
  const { embedding } = fieldsOf(item);
  if (!Array.isArray(embedding) || !embedding.every((value) => typeof value === "number")) {
    return item;
  }
  return { ...fieldsOf(item), embedding: new Float64Array(embedding) };
}

/** Speech is a `Response` whose body is the app's to read. */
export function speech(answer: unknown): unknown {
  const { headers } = fieldsOf(answer);
  const length = headerIn(headers, LENGTH);
  return {
    contentType: headerIn(headers, "content-type") ?? null,
    bytes: length === undefined ? null : Number(length),
  };
}

/** `retrieve(id, query)` has no body; its query says at most how the answer is to come. */
export function retrieval(id: unknown): unknown {
  return { response_id: id };
}

/**
 * Who asks again for an answer uses no tokens, unless it was made in the background and the call
 * that made it could not tell.
 */
export function withoutUsage(answer: unknown): unknown {
  const { usage, background } = fieldsOf(answer);
  if (background === true || usage === undefined || usage === null) return answer;
  return { ...fieldsOf(answer), usage: undefined };
}

/** Log probabilities can be a hundred times as long as what was said. */
export function withoutLogprobs(answer: unknown): unknown {
  const { choices, logprobs } = fieldsOf(answer);
  if (isObject(logprobs)) return { ...fieldsOf(answer), logprobs: undefined };
  if (!Array.isArray(choices) || !choices.some(hasLogprobs)) return answer;
  return {
    ...fieldsOf(answer),
    choices: choices.map((choice) =>
      hasLogprobs(choice) ? { ...fieldsOf(choice), logprobs: undefined } : (choice as unknown),
    ),
  };
}

function hasLogprobs(choice: unknown): boolean {
  return isObject(fieldsOf(choice)["logprobs"]);
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

function isPlain(value: unknown): value is Fields {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // The `Object.prototype` of any realm.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
