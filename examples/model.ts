/**
 * The model that the demo talks to, in a process of its own: it hands over, wants the tool that fits
 * the question, and answers, in about the pace of a model on the net.
 */
import { conversation } from "../__tests__/support/model-server/conversation.js";
import { defaultReply } from "../__tests__/support/model-server/defaults.js";
import { faults } from "../__tests__/support/model-server/faults.js";
import { firstOf } from "../__tests__/support/model-server/script.js";

const ANSWER = "Order ABC-123 left our warehouse on Monday and arrives on Thursday.";

const rules = conversation({
  decide({ question, tools, calls }) {
    const tool = /refund/i.test(question) ? "issue_refund" : "lookup_order";
    const wanted = tools.find(({ name }) => name === tool || name.startsWith("transfer_to_"));
    if (wanted === undefined || calls.some(({ name }) => name === wanted.name)) {
      return { text: ANSWER };
    }
    const handsOver = wanted.name !== tool;
    return { calls: [{ name: wanted.name, arguments: handsOver ? {} : { orderId: "ABC-123" } }] };
  },
});

export default faults.paced(firstOf([rules, defaultReply]), { headMs: 30, chunkMs: 2 });
