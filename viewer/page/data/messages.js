/**
 * What a span's attributes say about its work, put together again from OpenInference's numbered keys
 * (`llm.input_messages.0.message.role`), or from the `gen_ai.*` JSON of other SDKs. Attributes may hold
 * anything: what is not of the expected type is left out, and stays to be seen among the attributes.
 */

/** @import { Attributes, Json } from "../api-types.js" */

/**
 * @typedef {object} Part
 * @property {"text" | "image" | "audio" | "reasoning" | "other"} type
 * @property {string} text
 * @property {string} [url]
 */

/**
 * @typedef {object} ToolCall
 * @property {string} id
 * @property {string} name
 * @property {string} arguments
 */

/**
 * @typedef {object} Message
 * @property {string} role
 * @property {string} name
 * @property {string} toolCallId
 * @property {Part[]} parts
 * @property {ToolCall[]} toolCalls
 */

/** @typedef {{ id: string, content: string, score: number | undefined, metadata: string }} Document */

/**
 * The values under a numbered prefix: `prefix.N.rest`, in the order of the numbers.
 * @param {Attributes} attributes
 * @param {string} prefix
 * @returns {Attributes[]}
 */
export function numbered(attributes, prefix) {
  /** @type {Map<number, Attributes>} */
  const items = new Map();
  const start = `${prefix}.`;
  for (const [key, value] of Object.entries(attributes)) {
    if (!key.startsWith(start)) continue;
    const dot = key.indexOf(".", start.length);
    const number = Number(key.slice(start.length, dot < 0 ? undefined : dot));
    if (!Number.isInteger(number)) continue;
    const item = items.get(number) ?? {};
    item[dot < 0 ? "" : key.slice(dot + 1)] = value;
    items.set(number, item);
  }
  return [...items].sort(([a], [b]) => a - b).map(([, item]) => item);
}

/**
 * @param {Attributes} attributes
 * @param {"input" | "output"} direction
 * @returns {Message[]}
 */
export function messages(attributes, direction) {
  const found = numbered(attributes, `llm.${direction}_messages`).map(message);
  if (found.length > 0) return found;
  return genAiMessages(attributes, direction);
}

/** @param {Attributes} item */
function message(item) {
  const parts = numbered(item, "message.contents").map(part);
  const content = text(item["message.content"]);
  // Some SDKs write a text in both forms.
  if (content !== "" && !parts.some((other) => other.text === content))
    parts.unshift({ type: "text", text: content });
  const toolCalls = [
    ...numbered(item, "message.tool_calls"),
    ...numbered(item, "message.contents").filter(
      (one) => text(one["tool_call.function.name"]) !== "",
    ),
  ].map(toolCall);
  const legacy = text(item["message.function_call_name"]);
  if (legacy !== "") {
    toolCalls.push({
      id: "",
      name: legacy,
      arguments: text(item["message.function_call_arguments_json"]),
    });
  }
  return {
    role: text(item["message.role"]),
    name: text(item["message.name"]),
    toolCallId: text(item["message.tool_call_id"]),
    parts: parts.filter((one) => one.text !== "" || one.url !== undefined),
    toolCalls: unique(toolCalls),
  };
}

/** @param {readonly ToolCall[]} calls */
function unique(calls) {
  /** @type {Set<string>} */
  const seen = new Set();
  return calls.filter(({ id }) => id === "" || (!seen.has(id) && seen.add(id)));
}

/**
 * @param {Attributes} item
 * @returns {Part}
 */
function part(item) {
  const type = text(item["message_content.type"]);
  const body = text(item["message_content.text"]);
  const image = text(item["message_content.image.image.url"]);
  const audio = text(item["message_content.audio.audio.url"]);
  if (image !== "") return { type: "image", text: body, url: image };
  if (audio !== "" || type === "audio") {
    return {
      type: "audio",
      text: body || text(item["message_content.audio.audio.transcript"]),
      ...(audio && { url: audio }),
    };
  }
  if (type === "reasoning") {
    const hidden =
      text(item["message_content.encrypted_content"]) || text(item["message_content.data"]);
    return {
      type: "reasoning",
      text: body || (hidden === "" ? "" : "(encrypted by the provider)"),
    };
  }
  return { type: type === "text" || type === "" ? "text" : "other", text: body };
}

/** @param {Attributes} item */
function toolCall(item) {
  return {
    id: text(item["tool_call.id"]),
    name: text(item["tool_call.function.name"]),
    arguments: text(item["tool_call.function.arguments"]),
  };
}

/**
 * @param {Attributes} attributes
 * @param {"input" | "output"} direction
 * @returns {Message[]}
 */
function genAiMessages(attributes, direction) {
  return objects(attributes[`gen_ai.${direction}.messages`]).map((item) => {
    const all = objects(item["parts"] ?? []);
    const plain = text(item["content"]);
    const calls = all.filter((one) => one["type"] === "tool_call");
    return {
      role: text(item["role"]),
      name: text(item["name"]),
      toolCallId: text(all.find((one) => one["type"] === "tool_call_response")?.["id"]),
      parts: [
        ...(plain === "" ? [] : [/** @type {Part} */ ({ type: "text", text: plain })]),
        ...all.filter((one) => one["type"] !== "tool_call").map(genAiPart),
      ],
      toolCalls: calls.map((one) => ({
        id: text(one["id"]),
        name: text(one["name"]),
        arguments: text(one["arguments"]),
      })),
    };
  });
}

/**
 * @param {Attributes} item
 * @returns {Part}
 */
function genAiPart(item) {
  const type = text(item["type"]);
  const body = text(item["content"] ?? item["response"] ?? item["result"]);
  if (type === "reasoning") return { type, text: body };
  return { type: type === "text" || type === "tool_call_response" ? "text" : "other", text: body };
}

/**
 * @param {Json | undefined} value a list, or one as JSON text
 * @returns {Attributes[]}
 */
function objects(value) {
  const list = typeof value === "string" ? json(value) : value;
  if (!Array.isArray(list)) return [];
  return list.flatMap((item) =>
    typeof item === "object" && item !== null && !Array.isArray(item) ? [item] : [],
  );
}

/**
 * @param {Attributes} attributes
 * @param {string} prefix
 * @returns {Document[]}
 */
export function documents(attributes, prefix) {
  return numbered(attributes, prefix).map((item) => {
    const score = item["document.score"];
    return {
      id: text(item["document.id"]),
      content: text(item["document.content"]),
      score: typeof score === "number" ? score : undefined,
      metadata: text(item["document.metadata"]),
    };
  });
}

/** @param {Attributes} attributes */
export function embeddings(attributes) {
  return numbered(attributes, "embedding.embeddings").map((item) => {
    const vector = item["embedding.vector"];
    const numbers = Array.isArray(vector)
      ? vector.filter((value) => typeof value === "number")
      : [];
    return { text: text(item["embedding.text"]), vector: numbers };
  });
}

/** @param {Attributes} attributes */
export function tools(attributes) {
  return numbered(attributes, "llm.tools").map((item) => {
    const schema = text(item["tool.json_schema"]);
    return { name: toolName(schema) || text(item["tool.name"]), schema };
  });
}

/** @param {string} schema */
function toolName(schema) {
  const value = json(schema);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return "";
  const inner = value["function"];
  if (typeof inner === "object" && inner !== null && !Array.isArray(inner))
    return text(inner["name"]);
  return text(value["name"]) || text(value["type"]);
}

/**
 * Prompts and choices of the old completions API.
 * @param {Attributes} attributes
 */
export function completions(attributes) {
  return {
    prompts: numbered(attributes, "llm.prompts").map((item) => text(item["prompt.text"])),
    choices: numbered(attributes, "llm.choices").map((item) => text(item["completion.text"])),
  };
}

/**
 * A value as text: JSON for what is none.
 * @param {Json | undefined} value
 * @returns {string}
 */
export function text(value) {
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return value;
  if (typeof value !== "object") return String(value);
  try {
    return JSON.stringify(value, null, 2);
  } catch {
    return "(nested too deeply to show as text)";
  }
}

/**
 * @param {string} source
 * @returns {Json}
 */
function json(source) {
  try {
    return /** @type {Json} */ (JSON.parse(source));
  } catch {
    return null;
  }
}
