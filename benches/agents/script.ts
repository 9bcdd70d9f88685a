/** A model that calls the tool in the first turns and answers in the last. */
import { conversation } from "../../__tests__/support/model-server/conversation.js";
import { Dice, prose } from "../support/text.js";
import { TOOL_CALLS } from "./workloads.js";

const ANSWER_CHARACTERS = 350;

const text = prose(new Dice(TOOL_CALLS), ANSWER_CHARACTERS);

export default conversation({
  decide({ calls, tools }) {
    const [tool] = tools;
    if (tool === undefined || calls.length >= TOOL_CALLS) return { text };
    const page = calls.length + 1;
    return { calls: [{ name: tool.name, arguments: { customer: "C-4711", page } }] };
  },
});
