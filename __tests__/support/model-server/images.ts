// Images: generated, edited, varied; as URLs or base64, or as a stream of ever better ones.

import { count, type JsonObject } from "./json.js";
import { eventReply, jsonReply, namedEvent } from "./reply.js";
import type { Script } from "./script.js";

/** A PNG of one pixel. */
export const PIXEL_BASE64 =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

const LOOK = { background: "opaque", output_format: "png", quality: "low", size: "1024x1024" };

const USAGE = {
  input_tokens: 12,
  input_tokens_details: { text_tokens: 12, image_tokens: 0 },
  output_tokens: 272,
  total_tokens: 284,
};

/** `kind` is how the events of a stream are called. */
function made(kind: "image_generation" | "image_edit", base64 = PIXEL_BASE64): Script {
  return ({ body }, { ids }) => {
    const { model, prompt } = body;
    const created = ids.now();
    // Those of the GPT kind answer with base64 only, and say what it took.
    const gpt = typeof model === "string" && model.startsWith("gpt-image");
    // Fields of a form are texts.
    if (body["stream"] === true || body["stream"] === "true") {
      const partials = Array.from({ length: count(body["partial_images"], 0) }, (_, index) => ({
        type: `${kind}.partial_image`,
        b64_json: base64,
        partial_image_index: index,
        created_at: created,
        ...LOOK,
      }));
      const completed = { b64_json: base64, created_at: created, ...LOOK, usage: USAGE };
      return eventReply([...partials, { type: `${kind}.completed`, ...completed }].map(namedEvent));
    }
    const inline = gpt || body["response_format"] === "b64_json";
    const data = Array.from({ length: count(body["n"], 1) }, (_, index): JsonObject => {
      if (inline) return { b64_json: base64 };
      const revised =
        model === "dall-e-3" ? { revised_prompt: `${String(prompt)}, in detail` } : {};
      return { url: `https://images.example.com/${created}/${index}.png`, ...revised };
    });
    return jsonReply({ created, data, ...(gpt ? { ...LOOK, usage: USAGE } : {}) });
  };
}

export const images = {
  generate: (base64?: string) => made("image_generation", base64),
  edit: (base64?: string) => made("image_edit", base64),
};
