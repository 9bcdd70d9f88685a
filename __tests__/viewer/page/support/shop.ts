// A shop's support desk as it looks in production: several agents, retrieval, tools, a picture that a
// customer sent, a refund that fails, a session over several traces. For screenshots, and for tests
// that want a page full of things.

import type { Attributes } from "@opentelemetry/api";

import { call } from "./plant.js";
import type { Planned, Said } from "./plant.js";

const DESK = "gpt-4.1-mini";
const SPECIALIST = "gpt-4.1";

const ORDER_TOOL = {
  name: "lookup_order",
  description: "Look up an order with its items and its shipments.",
  parameters: {
    type: "object",
    properties: { orderId: { type: "string" } },
    required: ["orderId"],
    additionalProperties: false,
  },
};
const REFUND_TOOL = {
  name: "issue_refund",
  description: "Refund some items of an order.",
  parameters: {
    type: "object",
    properties: {
      orderId: { type: "string" },
      items: { type: "array", items: { type: "string" } },
    },
    required: ["orderId", "items"],
  },
};

const FRONT_DESK: Said = {
  role: "system",
  text: "You are the front desk of Lumen & Oak, a furniture shop. Hand over to whoever can help: Orders for deliveries and refunds, Care for damaged goods. Be brief and kind.",
};
const ORDERS: Said = {
  role: "system",
  text: "You handle orders. Look an order up before you say anything about it. Dates as weekdays. Never promise a refund before the tool has confirmed it.",
};

const ORDER = {
  orderId: "LO-48213",
  placed: "2026-11-14",
  customer: { id: "cus_71", tier: "gold" },
  items: [
    { sku: "OAK-TBL-160", name: "Oak table 160 cm", quantity: 1, price: 749 },
    { sku: "LMP-ARC-BRS", name: "Arc lamp, brass", quantity: 1, price: 189.5 },
  ],
  shipments: [
    {
      carrier: "DHL Freight",
      status: "in transit",
      expected: "2026-11-24",
      items: ["OAK-TBL-160"],
    },
    { carrier: "DHL", status: "delivered", delivered: "2026-11-19", items: ["LMP-ARC-BRS"] },
  ],
};

function inputOutput(input: string, output?: string): Attributes {
  return { "input.value": input, ...(output !== undefined && { "output.value": output }) };
}

function json(attribute: "input" | "output", value: unknown): Attributes {
  return {
    [`${attribute}.value`]: JSON.stringify(value),
    [`${attribute}.mime_type`]: "application/json",
  };
}

function guardrail(at: number, ms: number, question: string): Planned {
  return {
    name: "politeness",
    kind: "GUARDRAIL",
    at,
    ms,
    attributes: {
      ...inputOutput(question),
      ...json("output", { tripwireTriggered: false, flagged: [] }),
    },
    below: [
      {
        name: "OpenAI Moderations",
        kind: "LLM",
        at: 4,
        ms: ms - 9,
        attributes: { "llm.model_name": "omni-moderation-latest", ...inputOutput(question) },
      },
    ],
  };
}

function handoff(at: number, from: string, to: string): Planned {
  return {
    name: `handoff to ${to}`,
    kind: "CHAIN",
    at,
    ms: 2,
    attributes: { "handoff.from_agent": from, "handoff.to_agent": to },
  };
}

function retrieval(at: number, ms: number, query: string): Planned {
  const documents: Attributes = {};
  const found = [
    [
      "freight-delivery",
      0.914,
      "Freight deliveries come to the kerb between 8 and 18 o'clock. The carrier calls the evening before. Two-person delivery into the room can be added until the day before.",
    ],
    [
      "tracking",
      0.871,
      "Tracking numbers become active once the carrier has scanned the parcel, usually in the evening of the day on which it is sent.",
    ],
    [
      "split-orders",
      0.792,
      "Furniture and small goods leave from different warehouses, and arrive as separate shipments with separate tracking numbers.",
    ],
  ] as const;
  for (const [index, [id, score, content]] of found.entries()) {
    const key = `retrieval.documents.${index}.document`;
    documents[`${key}.id`] = id;
    documents[`${key}.score`] = score;
    documents[`${key}.content`] = content;
    documents[`${key}.metadata`] = JSON.stringify({ source: "handbook", revision: 12 + index });
  }
  const vector = Array.from(
    { length: 256 },
    (_, place) => Math.sin(place * 1.7) * Math.cos(place / 9) * 0.1,
  );
  return {
    name: "handbook.search",
    kind: "RETRIEVER",
    at,
    ms,
    attributes: { ...inputOutput(query), ...documents },
    below: [
      {
        name: "CreateEmbeddings",
        kind: "EMBEDDING",
        at: 3,
        ms: Math.round(ms * 0.6),
        attributes: {
          "embedding.model_name": "text-embedding-3-small",
          "embedding.embeddings.0.embedding.text": query,
          "embedding.embeddings.0.embedding.vector": vector,
          "llm.token_count.prompt": 9,
          "llm.token_count.total": 9,
          "llm.cost.total": 0.00000018,
        },
      },
    ],
  };
}

/** Where an order is: the desk hands over, the order is looked up, the handbook is asked. */
export function whereIsMyOrder(question: string, speed = 1): Planned {
  const ms = (value: number): number => Math.round(value * speed);
  const answer =
    "Your arc lamp was delivered on Thursday. The oak table is on its way by freight and arrives on **Tuesday**; the carrier calls you on Monday evening to agree on a time.";
  const asked: Said = { role: "user", text: question };
  const looksUp: Said = {
    role: "assistant",
    calls: [{ id: "call_Qx81", name: "lookup_order", arguments: { orderId: "LO-48213" } }],
  };
  return {
    name: "support-desk.run",
    kind: "AGENT",
    ms: ms(4870),
    attributes: { "agent.name": "Support Desk", ...inputOutput(question, answer) },
    below: [
      {
        name: "Front Desk",
        kind: "AGENT",
        at: 12,
        ms: ms(1240),
        attributes: { "agent.name": "Front Desk" },
        below: [
          guardrail(0, ms(310), question),
          call({
            model: DESK,
            at: ms(318),
            ms: ms(890),
            input: [FRONT_DESK, asked],
            output: [
              {
                role: "assistant",
                calls: [{ id: "call_h1", name: "transfer_to_orders", arguments: {} }],
              },
            ],
            tokens: [412, 18, 384],
            firstTokenMs: ms(540),
            costUsd: 0.0000838,
          }),
          handoff(ms(1215), "Front Desk", "Orders"),
        ],
      },
      {
        name: "Orders",
        kind: "AGENT",
        at: ms(1262),
        ms: ms(3590),
        attributes: { "agent.name": "Orders" },
        below: [
          call({
            model: SPECIALIST,
            at: 3,
            ms: ms(1120),
            input: [ORDERS, asked],
            output: [looksUp],
            tokens: [688, 31, 512],
            firstTokenMs: ms(690),
            costUsd: 0.000856,
            tools: [ORDER_TOOL, REFUND_TOOL],
          }),
          {
            name: "lookup_order",
            kind: "TOOL",
            at: ms(1130),
            ms: ms(742),
            attributes: {
              "tool.name": "lookup_order",
              "tool.description": ORDER_TOOL.description,
              ...json("input", { orderId: "LO-48213" }),
              ...json("output", ORDER),
            },
            below: [
              {
                name: "GET /orders/:id",
                at: ms(8),
                ms: ms(214),
                attributes: {
                  "http.request.method": "GET",
                  "http.response.status_code": 200,
                  "url.path": "/orders/LO-48213",
                },
              },
              retrieval(
                ms(236),
                ms(468),
                "delivery of furniture by freight, shipment in two parts",
              ),
            ],
          },
          call({
            model: SPECIALIST,
            at: ms(1886),
            ms: ms(1690),
            input: [
              ORDERS,
              asked,
              looksUp,
              { role: "tool", text: JSON.stringify(ORDER), answers: "call_Qx81" },
            ],
            output: [
              {
                role: "assistant",
                reasoning:
                  "The lamp has arrived, the table is with the freight carrier and expected on the 24th, a Tuesday. Weekdays, not dates. Mention the call on the evening before.",
                text: answer,
              },
            ],
            tokens: [1384, 96, 640, 38],
            firstTokenMs: ms(820),
            costUsd: 0.002576,
            tools: [ORDER_TOOL, REFUND_TOOL],
          }),
        ],
      },
    ],
  };
}

/** A refund that the payment provider turns down. */
export function refundFails(): Planned {
  const question = "The lamp flickers. Please refund it.";
  const message =
    "Refund declined: the charge is older than the provider allows (card_refund_expired)";
  const stack = `PaymentError: ${message}
    at refund (file:///srv/desk/dist/payments/refund.js:48:11)
    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)
    at async issueRefund (file:///srv/desk/dist/tools/issue-refund.js:21:18)
    at async Runner.runTool (file:///srv/desk/node_modules/@openai/agents-core/dist/runImplementation.mjs:402:24)`;
  const failed = { type: "PaymentError", message, stack };
  return {
    name: "support-desk.run",
    kind: "AGENT",
    ms: 3310,
    attributes: { "agent.name": "Support Desk", ...inputOutput(question) },
    error: { type: "ToolCallError", message: `Failed to run function tools: ${message}` },
    below: [
      {
        name: "Front Desk",
        kind: "AGENT",
        at: 10,
        ms: 1105,
        attributes: { "agent.name": "Front Desk" },
        below: [
          guardrail(0, 280, question),
          call({
            model: DESK,
            at: 290,
            ms: 790,
            input: [FRONT_DESK, { role: "user", text: question }],
            output: [
              {
                role: "assistant",
                calls: [{ id: "call_h2", name: "transfer_to_orders", arguments: {} }],
              },
            ],
            tokens: [408, 18, 384],
            firstTokenMs: 500,
            costUsd: 0.0000822,
          }),
          handoff(1090, "Front Desk", "Orders"),
        ],
      },
      {
        name: "Orders",
        kind: "AGENT",
        at: 1126,
        ms: 2170,
        attributes: { "agent.name": "Orders" },
        error: { type: "ToolCallError", message: `Failed to run function tools: ${message}` },
        below: [
          call({
            model: SPECIALIST,
            at: 3,
            ms: 1180,
            input: [ORDERS, { role: "user", text: question }],
            output: [
              {
                role: "assistant",
                calls: [
                  {
                    id: "call_Rf2",
                    name: "issue_refund",
                    arguments: { orderId: "LO-48213", items: ["LMP-ARC-BRS"] },
                  },
                ],
              },
            ],
            tokens: [702, 42, 512],
            firstTokenMs: 640,
            costUsd: 0.00097,
            tools: [ORDER_TOOL, REFUND_TOOL],
          }),
          {
            name: "issue_refund",
            kind: "TOOL",
            at: 1196,
            ms: 948,
            attributes: {
              "tool.name": "issue_refund",
              ...json("input", { orderId: "LO-48213", items: ["LMP-ARC-BRS"] }),
            },
            error: failed,
            below: [
              {
                name: "POST /v1/refunds",
                at: 22,
                ms: 880,
                attributes: { "http.request.method": "POST", "http.response.status_code": 402 },
                error: { type: "HttpError", message: "402 Payment Required" },
              },
            ],
          },
        ],
      },
    ],
  };
}

/** A picture of a scratch is looked at; Care asks Orders for the order, and goes on. */
export function damagedTable(picture: string): Planned {
  const question = "The table arrived with this scratch. What can we do?";
  const answer =
    "I am sorry about the scratch. It is in the oil, not in the wood: a repair kit is on its way to you, and if it does not do the job we exchange the top free of charge.";
  return {
    name: "support-desk.run",
    kind: "AGENT",
    ms: 7420,
    attributes: { "agent.name": "Support Desk", ...inputOutput(question, answer) },
    below: [
      {
        name: "Front Desk",
        kind: "AGENT",
        at: 9,
        ms: 980,
        attributes: { "agent.name": "Front Desk" },
        below: [
          call({
            model: DESK,
            at: 4,
            ms: 930,
            input: [FRONT_DESK, { role: "user", image: picture, text: question }],
            output: [
              {
                role: "assistant",
                calls: [{ id: "call_h3", name: "transfer_to_care", arguments: {} }],
              },
            ],
            tokens: [1180, 18, 384],
            firstTokenMs: 610,
            costUsd: 0.000386,
          }),
          handoff(960, "Front Desk", "Care"),
        ],
      },
      {
        name: "Care",
        kind: "AGENT",
        at: 995,
        ms: 6400,
        attributes: { "agent.name": "Care" },
        below: [
          call({
            model: "o4-mini",
            at: 2,
            ms: 2980,
            input: [
              {
                role: "system",
                text: "You look at damages and find the cheapest remedy that makes the customer happy.",
              },
              { role: "user", image: picture, text: question },
            ],
            output: [
              {
                role: "assistant",
                reasoning:
                  "A light line along the grain, no fibre is lifted: the oil is scratched, not the wood. A repair kit is enough. The order tells whether the table is oiled or lacquered.",
                calls: [
                  {
                    id: "call_c1",
                    name: "ask_orders",
                    arguments: { question: "Is the table of LO-48213 oiled?" },
                  },
                ],
              },
            ],
            tokens: [1422, 388, 0, 320],
            firstTokenMs: 1900,
            costUsd: 0.00327,
          }),
          {
            name: "Orders",
            kind: "AGENT",
            at: 3000,
            ms: 1500,
            attributes: { "agent.name": "Orders" },
            below: [
              call({
                model: SPECIALIST,
                at: 3,
                ms: 860,
                input: [ORDERS, { role: "user", text: "Is the table of LO-48213 oiled?" }],
                output: [
                  {
                    role: "assistant",
                    calls: [
                      { id: "call_c2", name: "lookup_order", arguments: { orderId: "LO-48213" } },
                    ],
                  },
                ],
                tokens: [640, 29, 512],
                firstTokenMs: 480,
                costUsd: 0.000744,
              }),
              {
                name: "lookup_order",
                kind: "TOOL",
                at: 880,
                ms: 240,
                attributes: {
                  "tool.name": "lookup_order",
                  ...json("input", { orderId: "LO-48213" }),
                  ...json("output", ORDER),
                },
              },
            ],
          },
          {
            name: "send_repair_kit",
            kind: "TOOL",
            at: 4520,
            ms: 310,
            attributes: {
              "tool.name": "send_repair_kit",
              ...json("input", { orderId: "LO-48213", kit: "oil-natural" }),
              ...json("output", { shipment: "SH-9921", arrives: "Tuesday" }),
            },
          },
          call({
            model: "o4-mini",
            at: 4840,
            ms: 1540,
            input: [{ role: "user", text: question }],
            output: [{ role: "assistant", text: answer }],
            tokens: [1904, 164, 1280, 64],
            firstTokenMs: 900,
            costUsd: 0.00176,
          }),
        ],
      },
    ],
  };
}

/** Other work on the same machine. */
export function nightlyReport(): Planned {
  return {
    name: "nightly-report",
    kind: "CHAIN",
    ms: 61_400,
    attributes: inputOutput(
      "Summarise yesterday's tickets by cause.",
      "37 tickets: 18 deliveries, 11 damages, 8 other. Deliveries are down by a fifth since the second carrier.",
    ),
    below: Array.from({ length: 9 }, (_, index) =>
      call({
        model: "gpt-4.1-nano",
        at: 400 + index * 6600,
        ms: 5200 + ((index * 733) % 1300),
        input: [
          {
            role: "user",
            text: `Summarise tickets ${index * 4 + 1} to ${index * 4 + 4} in a sentence each.`,
          },
        ],
        output: [
          {
            role: "assistant",
            text: "Four tickets: two late deliveries, one scratched top, one question about oil.",
          },
        ],
        tokens: [5210 + index * 97, 220, 0],
        firstTokenMs: 700,
        costUsd: 0.00061,
      }),
    ),
  };
}
