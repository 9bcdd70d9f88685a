// Scripts for the completions API that came before chat.

import { count, defined, list, object } from "./json.js";
import { answeringModel } from "./model-names.js";
import { interleave, pieces } from "./pieces.js";
import { dataEvent, DONE, eventReply, jsonReply } from "./reply.js";
import { when, type Script } from "./script.js";
import { estimate } from "./tokens.js";

/** A choice for each prompt, as often as `n` wants it. */
function text(answer: string, finishReason = "stop"): Script {
  return when("completions", ({ body }, { ids }) => {
    const prompts = Array.isArray(body["prompt"]) ? list(body["prompt"]) : [body["prompt"]];
    const copies = prompts.flatMap((prompt) =>
      Array.from({ length: count(body["n"], 1) }, () =>
        body["echo"] === true ? `${String(prompt)}${answer}` : answer,
      ),
    );
    const head = {
      id: ids.next("cmpl", "-"),
      object: "text_completion",
      created: ids.now(),
      model: answeringModel(body["model"]),
    };
    const input = estimate(prompts.join(""));
    const output = estimate(copies.join(""));
    const usage = {
      prompt_tokens: input,
      completion_tokens: output,
      total_tokens: input + output,
    };
    const end = { logprobs: null, finish_reason: finishReason };
    if (body["stream"] !== true) {
      const choices = copies.map((copy, index) => ({ index, text: copy, ...end }));
      return jsonReply({ ...head, choices, usage });
    }
    const withUsage = object(body["stream_options"])["include_usage"] === true;
    const chunk = (choices: readonly unknown[], total?: unknown): string =>
      dataEvent(defined({ ...head, choices, usage: total }));
    const streams = copies.map((copy, index) => [
      ...pieces(copy).map((piece) =>
        chunk([{ index, text: piece, logprobs: null, finish_reason: null }]),
      ),
      chunk([{ index, text: "", ...end }]),
    ]);
    return eventReply([...interleave(streams), ...(withUsage ? [chunk([], usage)] : []), DONE]);
  });
}

export const completions = { text };
