// A morning at the shop: what the list shows when agents have been at work.

import type { CatalystTracing } from "catalyst-tracing";

import { plant } from "./plant.js";
import { scratchedTable } from "./picture.js";
import { damagedTable, nightlyReport, refundFails, whereIsMyOrder } from "./shop.js";

const MINUTE = 60_000;
const QUESTIONS = [
  "Can I still change the delivery address of LO-48102?",
  "When will my arc lamp arrive?",
  "Is the oak table available in 200 cm?",
  "The courier left the parcel with a neighbour. Which one?",
  "Please send the invoice of LO-47755 again.",
  "Do you deliver to Denmark?",
  "My discount code does not work.",
];

/** Ids of the traces that screenshots open. */
export interface Day {
  order: string;
  slower: string;
  refund: string;
  damage: string;
  session: string;
}

export async function plantDay(tracing: CatalystTracing, now = Date.now()): Promise<Day> {
  const { tracer } = tracing;
  const visitor = (user: string, session: string): Record<string, string> => ({
    "session.id": session,
    "user.id": user,
    "organization.id": "org_42",
  });
  plant(tracer, nightlyReport(), now - 411 * MINUTE);
  for (const [index, question] of QUESTIONS.entries()) {
    const shared = visitor(`cus_${30 + index * 7}`, `chat-${5110 + index * 13}`);
    plant(
      tracer,
      whereIsMyOrder(question, 0.6 + (index % 4) * 0.22),
      now - (190 - index * 23) * MINUTE,
      shared,
    );
  }
  const mine = visitor("cus_71", "chat-5204");
  const slower = plant(
    tracer,
    whereIsMyOrder("Where are the table and the lamp of LO-48213?", 1.45),
    now - 26 * MINUTE,
    mine,
  );
  const order = plant(
    tracer,
    whereIsMyOrder("Where is my order LO-48213? The lamp came, the table did not."),
    now - 14 * MINUTE,
    mine,
  );
  const refund = plant(tracer, refundFails(), now - 9 * MINUTE, mine);
  const damage = plant(tracer, damagedTable(scratchedTable()), now - 2 * MINUTE, mine);
  await tracing.flush();
  return { order, slower, refund, damage, session: "chat-5204" };
}
