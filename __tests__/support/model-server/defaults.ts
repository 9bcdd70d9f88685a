// What the server answers where no script does: as the API would, to every call that it has.

import { audio } from "./audio.js";
import { completions } from "./completions.js";
import { conversation } from "./conversation.js";
import { embeddings } from "./embeddings.js";
import type { Endpoint } from "./endpoints.js";
import { errorReply } from "./faults.js";
import { images } from "./images.js";
import { MODEL_IDS } from "./model-names.js";
import { moderations } from "./moderations.js";
import { jsonReply, type Reply } from "./reply.js";
import type { ModelRequest } from "./request.js";
import { responseCalls } from "./response-calls.js";
import type { Desk, Script } from "./script.js";
import { refusal } from "./validation.js";

const talk = conversation();

const DEFAULTS: Readonly<Partial<Record<Endpoint, Script>>> = {
  ...responseCalls,
  chat: talk,
  responses: talk,
  embeddings,
  completions: completions.text(" and so it goes."),
  "images.generate": images.generate(),
  "images.edit": images.edit(),
  "images.variation": images.edit(),
  speech: audio.speech(),
  transcriptions: audio.transcription("What I said was recorded."),
  translations: audio.translation("What I said was translated."),
  moderations,
  models: () => jsonReply({ object: "list", data: MODEL_IDS.map(model) }),
  "models.retrieve": ({ id }) => {
    if (MODEL_IDS.includes(id)) return jsonReply(model(id));
    return errorReply(404, { message: `The model '${id}' does not exist`, param: "model" });
  },
};

export async function defaultReply(request: ModelRequest, desk: Desk): Promise<Reply> {
  const refused = refusal(request);
  if (refused !== undefined) return refused;
  const script = request.endpoint === undefined ? undefined : DEFAULTS[request.endpoint];
  const reply = await script?.(request, desk);
  return reply ?? errorReply(404, { message: `Nothing answers ${request.path}.` });
}

function model(id: string): Record<string, unknown> {
  return { id, object: "model", created: 1_715_367_049, owned_by: "system" };
}
