// What the Responses API offers besides making a response: looking one up, cancelling, deleting,
// compacting, counting; and conversations.

import type { Endpoint } from "./endpoints.js";
import { errorReply } from "./faults.js";
import { count, isObject, objects, type JsonObject } from "./json.js";
import { eventReply, jsonReply, namedEvent, type Reply } from "./reply.js";
import type { Conversation, Stored } from "./response-store.js";
import { inputItems } from "./responses.js";
import type { Script } from "./script.js";
import { estimate, responseUsage, tokenCounts } from "./tokens.js";

const retrieve = onStored((stored, { query }, { store }) => {
  if (query.get("stream") !== "true") return jsonReply(store.look(stored));
  const after = count(query.get("starting_after"), -1);
  const left = stored.events().filter((event) => Number(event["sequence_number"]) > after);
  return eventReply(left.map(namedEvent));
});

const cancel = onStored((stored, _, { store }) => jsonReply(store.cancel(stored)));

const inputs = onStored((stored, _, { ids }) =>
  jsonReply(page(stored.input.map((item) => ({ id: ids.next("msg"), ...item })))),
);

const remove = onStored((_, { id }, { store }) => {
  store.forget(id);
  return jsonReply({ id, object: "response", deleted: true });
});

/** Keeps what the user said, and the rest as one item that only the API can read. */
const compact: Script = ({ body }, { ids, store }) => {
  const before = store.find(body["previous_response_id"])?.history ?? [];
  const all = [...before, ...inputItems(body)];
  const kept = all
    .filter((item) => item["role"] === "user")
    .map((item) => ({ id: ids.next("msg"), type: "message", status: "completed", ...item }));
  const encrypted_content = "gAAAA-compacted";
  return jsonReply({
    id: ids.next("resp"),
    object: "response.compaction",
    created_at: ids.now(),
    output: [...kept, { id: ids.next("cmp"), type: "compaction", encrypted_content }],
    usage: responseUsage(tokenCounts(all, encrypted_content)),
  });
};

const inputTokens: Script = ({ body }) =>
  jsonReply({ object: "response.input_tokens", input_tokens: estimate(body["input"]) });

const createConversation: Script = ({ body }, { ids, store }) => {
  const conversation = {
    id: ids.next("conv"),
    createdAt: ids.now(),
    metadata: isObject(body["metadata"]) ? body["metadata"] : {},
    items: objects(body["items"]),
  };
  store.converse(conversation);
  return jsonReply(shown(conversation));
};

const endConversation: Script = ({ id }, { store }) =>
  store.end(id)
    ? jsonReply({ id, object: "conversation.deleted", deleted: true })
    : missing("Conversation", id);

export const responseCalls: Readonly<Partial<Record<Endpoint, Script>>> = {
  "responses.retrieve": retrieve,
  "responses.cancel": cancel,
  "responses.delete": remove,
  "responses.inputItems": inputs,
  "responses.compact": compact,
  "responses.inputTokens": inputTokens,
  conversations: createConversation,
  "conversations.retrieve": onConversation((found) => jsonReply(shown(found))),
  "conversations.delete": endConversation,
  "conversations.items": onConversation((found) => jsonReply(page(found.items))),
  "conversations.addItems": onConversation((found, { body }) => {
    const added = objects(body["items"]);
    found.items.push(...added);
    return jsonReply(page(added));
  }),
};

type Rest = Parameters<Script>;

function onStored(answer: (stored: Stored, ...rest: Rest) => Reply): Script {
  return (request, desk) => {
    const stored = desk.store.find(request.id);
    return stored === undefined ? missing("Response", request.id) : answer(stored, request, desk);
  };
}

function onConversation(answer: (found: Conversation, ...rest: Rest) => Reply): Script {
  return (request, desk) => {
    const found = desk.store.conversation(request.id);
    return found === undefined ? missing("Conversation", request.id) : answer(found, request, desk);
  };
}

function missing(what: string, id: string): Reply {
  return errorReply(404, { message: `${what} with id '${id}' not found.`, code: null });
}

function shown({ id, createdAt, metadata }: Conversation): JsonObject {
  return { id, object: "conversation", created_at: createdAt, metadata };
}

function page(data: readonly JsonObject[]): JsonObject {
  const ids = { first_id: data[0]?.["id"] ?? null, last_id: data.at(-1)?.["id"] ?? null };
  return { object: "list", data, has_more: false, ...ids };
}
