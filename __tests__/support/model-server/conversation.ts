// A model by rules, good enough for agents to be run on: it calls the tool that fits the question,
// hands over where it can, and then answers from what the tools gave. The same for both APIs.

import { chat, type CustomCall, type FunctionCall } from "./chat.js";
import { items, type Item } from "./response-items.js";
import { responses } from "./responses.js";
import { isObject, text as textIn } from "./json.js";
import { PIXEL_BASE64 } from "./images.js";
import { sampleValue } from "./sample-value.js";
import { firstOf, when, type Script } from "./script.js";
import { chatTurn, responseTurn, type Tool, type Turn } from "./turn.js";

export interface Rules {
  /** Arguments by tool; the others are made up from the tool's parameters. */
  arguments?: Readonly<Record<string, unknown>>;
  /** The answer to questions that have this in them; the first that fits. */
  answers?: readonly (readonly [RegExp, string])[];
  /** Everything else; undefined leaves it to the rules. */
  decide?: (turn: Turn) => Decision | undefined;
}

export type Decision = { calls: readonly (FunctionCall | CustomCall)[] } | { text: string };

export function conversation(rules: Rules = {}): Script {
  return firstOf([
    when("chat", (request, desk) => {
      const decision = decide(chatTurn(request), rules);
      const script =
        "calls" in decision ? chat.toolCalls(decision.calls) : chat.text(decision.text);
      return script(request, desk);
    }),
    when("responses", (request, desk) => {
      const turn = responseTurn(request, desk);
      const decision = decide(turn, rules);
      const thoughts = isObject(request.body["reasoning"]) ? [items.reasoning(thought(turn))] : [];
      const output =
        "calls" in decision
          ? decision.calls.map(callItem)
          : [...turn.builtIn.flatMap((tool) => usedItems(tool, turn)), items.text(decision.text)];
      return responses.output([...thoughts, ...output])(request, desk);
    }),
  ]);
}

/** What to do next in a turn: a pure function of it. */
export function decide(turn: Turn, rules: Rules = {}): Decision {
  const own = rules.decide?.(turn);
  if (own !== undefined) return own;
  const tool = nextTool(turn);
  if (tool !== undefined) return { calls: [call(tool, turn, rules)] };
  return { text: answer(turn, rules) };
}

function nextTool({ tools, calls, choice, question }: Turn): Tool | undefined {
  if (choice === "none") return undefined;
  const called = new Set(calls.map(({ name }) => name));
  if (typeof choice === "object") return tools.find(({ name }) => name === choice.name);
  const plain = tools.filter(({ name }) => !isHandoff(name));
  // One tool is enough for a question, and one handoff.
  if (!plain.some(({ name }) => called.has(name))) {
    const tool = fitting(plain, question);
    if (tool !== undefined) return tool;
  }
  const handoffs = tools.filter(({ name }) => isHandoff(name));
  if (![...called].some(isHandoff)) {
    const handoff = fitting(handoffs, question);
    if (handoff !== undefined) return handoff;
  }
  return choice === "required" ? tools[0] : undefined;
}

function isHandoff(name: string): boolean {
  return name.startsWith("transfer_to_");
}

/** The one that shares most words with the question; the first of equals. */
function fitting(tools: readonly Tool[], question: string): Tool | undefined {
  const asked = new Set(wordsOf(question));
  const scores = tools.map(
    (tool) => wordsOf(`${tool.name} ${tool.description}`).filter((word) => asked.has(word)).length,
  );
  return tools[scores.indexOf(Math.max(...scores))];
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]{3,}/gu) ?? [];
}

function call(tool: Tool, { question }: Turn, rules: Rules): FunctionCall | CustomCall {
  const { name } = tool;
  const given = rules.arguments?.[name];
  if (tool.custom) return { name, input: textIn(given, question) };
  return { name, arguments: given ?? sampleValue(tool.parameters ?? { type: "object" }, question) };
}

function answer({ schema, question, calls }: Turn, { answers = [] }: Rules): string {
  const scripted = answers.find(([pattern]) => pattern.test(question))?.[1];
  if (scripted !== undefined) return scripted;
  if (schema !== undefined) return JSON.stringify(sampleValue(schema, question));
  const found = calls.findLast(({ name, result }) => !isHandoff(name) && result !== undefined);
  return found === undefined ? `You said: ${question}` : `This is what I found: ${found.result}`;
}

function thought({ question }: Turn): { summary: string[] } {
  return { summary: [`The user says: ${question}`] };
}

function callItem(wanted: FunctionCall | CustomCall): Item {
  return "input" in wanted
    ? items.customCall(wanted.name, wanted.input)
    : items.functionCall(wanted);
}

/** What the API does by itself before it answers. */
function usedItems(tool: Readonly<Record<string, unknown>>, { question }: Turn): Item[] {
  switch (tool["type"]) {
    case "web_search":
    case "web_search_preview":
      return [items.webSearch(question, ["https://example.com/found"])];
    case "file_search":
      return [items.fileSearch([question])];
    case "code_interpreter":
      return [items.codeInterpreter("print(6 * 7)", "42\n")];
    case "image_generation":
      return [items.image(PIXEL_BASE64, question)];
    case "mcp": {
      const server = textIn(tool["server_label"], "server");
      return [
        items.mcpTools(server, ["search"]),
        items.mcpCall({ server, name: "search", arguments: { query: question }, output: "found" }),
      ];
    }
    default:
      return [];
  }
}
