/**
 * The model that the demo talks to, in a process of its own: it wants a tool, then answers from what
 * the tool gave, in about the time that a small model on the net would take, scaled down.
 */
import { conversation } from "../__tests__/support/model-server/conversation.js";
import { defaultReply } from "../__tests__/support/model-server/defaults.js";
import { faults } from "../__tests__/support/model-server/faults.js";
import { firstOf } from "../__tests__/support/model-server/script.js";

const rules = conversation({
  decide({ question, calls }) {
    const refund = /refund/i.test(question);
    if (calls.length > 0) {
      return { text: "Order ABC-123 left our warehouse on Monday and arrives on Thursday." };
    }
    const name = refund ? "issue_refund" : "lookup_order";
    return { calls: [{ name, arguments: { orderId: "ABC-123" } }] };
  },
});

export default faults.paced(firstOf([rules, defaultReply]), { headMs: 25, chunkMs: 2 });
