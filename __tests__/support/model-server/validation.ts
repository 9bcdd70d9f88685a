// What the API refuses: no key, no such call, a body that is no JSON, a parameter that is missing or
// of the wrong kind. In its own words, because clients show them.

import type { Endpoint } from "./endpoints.js";
import { errorReply } from "./faults.js";
import type { Reply } from "./reply.js";
import type { ModelRequest } from "./request.js";

type Kind = "an array of objects" | "a string" | "anything";

const REQUIRED: Readonly<Partial<Record<Endpoint, Readonly<Record<string, Kind>>>>> = {
  chat: { model: "a string", messages: "an array of objects" },
  responses: { model: "a string" },
  embeddings: { model: "a string", input: "anything" },
  completions: { model: "a string", prompt: "anything" },
  "images.generate": { prompt: "a string" },
  "images.edit": { prompt: "a string", image: "anything" },
  speech: { model: "a string", input: "a string", voice: "anything" },
  transcriptions: { model: "a string", file: "anything" },
  translations: { model: "a string", file: "anything" },
  moderations: { input: "anything" },
};

export function refusal(request: ModelRequest): Reply | undefined {
  const { method, path, endpoint, headers } = request;
  if (headers.authorization === undefined && headers["api-key"] === undefined) {
    return errorReply(401, { message: "You didn't provide an API key.", code: null });
  }
  if (endpoint === undefined) {
    const [bare = path] = path.split("?");
    return errorReply(404, { message: `Invalid URL (${method} ${bare})`, code: null });
  }
  if (request.malformed) {
    return invalid("We could not parse the JSON body of your request.", null, null);
  }
  const required = { ...REQUIRED[endpoint] };
  // A stored prompt names the model and may be all of the input.
  if (endpoint === "responses" && request.body["prompt"] !== undefined) delete required["model"];
  for (const [name, kind] of Object.entries(required)) {
    const refused = wrong(name, request.body[name], kind);
    if (refused !== undefined) return refused;
  }
  return undefined;
}

function wrong(name: string, value: unknown, kind: Kind): Reply | undefined {
  if (value === undefined || value === null) {
    return invalid(`Missing required parameter: '${name}'.`, name, "missing_required_parameter");
  }
  const fits =
    kind === "anything" || (kind === "a string" ? typeof value === "string" : Array.isArray(value));
  if (fits) return undefined;
  const got = Array.isArray(value) ? "an array" : `a ${typeof value}`;
  const message = `Invalid type for '${name}': expected ${kind}, but got ${got} instead.`;
  return invalid(message, name, "invalid_type");
}

function invalid(message: string, param: string | null, code: string | null): Reply {
  return errorReply(400, { message, param, code, type: "invalid_request_error" });
}
