/**
 * A model that calls the tool in the first turns and answers in the last. Each turn is answered with
 * what it was the first time: a server that works, and keeps what it said, slows the process beside
 * it that is measured.
 */
import { conversation } from "../../__tests__/support/model-server/conversation.js";
import { list } from "../../__tests__/support/model-server/json.js";
import type { Reply } from "../../__tests__/support/model-server/reply.js";
import type { Script } from "../../__tests__/support/model-server/script.js";
import { Dice, prose } from "../support/text.js";
import { TOOL_CALLS } from "./workloads.js";

const ANSWER_CHARACTERS = 350;

const text = prose(new Dice(TOOL_CALLS), ANSWER_CHARACTERS);

const model = conversation({
  decide({ calls, tools }) {
    const [tool] = tools;
    if (tool === undefined || calls.length >= TOOL_CALLS) return { text };
    const page = calls.length + 1;
    return { calls: [{ name: tool.name, arguments: { customer: "C-4711", page } }] };
  },
});

const answers = new Map<string, Reply | undefined>();

const remembered: Script = async (request, desk) => {
  const { stream, input } = request.body;
  const turn = `${String(stream)} ${list(input).length}`;
  const known = answers.get(turn);
  if (known !== undefined) return known;
  const reply = await model(request, desk);
  answers.set(turn, reply);
  return reply;
};

export default remembered;
