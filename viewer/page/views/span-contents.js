/**
 * What a span did, as people read it: its errors first, then a conversation, documents, vectors or
 * simply what went in and came out, whatever its attributes hold.
 */
import { completions, documents, embeddings, messages, text, tools } from "../data/messages.js";
import { h } from "../ui/dom.js";
import { conversation, finishReason } from "./conversation.js";
import { documentList, embeddingList, toolList } from "./contents-lists.js";
import { errors } from "./errors.js";
import { value } from "./value.js";

/** @import { Child } from "../ui/dom.js" */
/** @import { Attributes, SpanDetail } from "../api-types.js" */

/** @param {SpanDetail} detail */
export function spanContents(detail) {
  const { attributes } = detail;
  const input = messages(attributes, "input");
  const output = messages(attributes, "output");
  const { prompts, choices } = completions(attributes);
  const found = documents(attributes, "retrieval.documents");
  const ranked = documents(attributes, "reranker.output_documents");
  const vectors = embeddings(attributes);
  const offered = tools(attributes);
  /** @type {Child[]} */
  const sections = [...errors(detail)];

  if (input.length > 0) sections.push(section("Input", conversation(input), `${input.length}`));
  else if (prompts.length > 0)
    sections.push(section("Prompt", ...prompts.map((prompt) => value(prompt))));
  else sections.push(...plain("Input", attributes, "input.value"));
  sections.push(...toolInput(attributes));

  if (output.length > 0)
    sections.push(section("Output", conversation(output), finishReason(attributes)));
  else if (choices.length > 0)
    sections.push(section("Completion", ...choices.map((choice) => value(choice))));
  else if (found.length === 0 && ranked.length === 0)
    sections.push(...plain("Output", attributes, "output.value"));
  if (found.length > 0) sections.push(section("Documents", documentList(found), `${found.length}`));
  if (ranked.length > 0)
    sections.push(section("Documents, ranked", documentList(ranked), `${ranked.length}`));
  if (vectors.length > 0)
    sections.push(section("Embeddings", embeddingList(vectors), `${vectors.length}`));

  if (offered.length > 0)
    sections.push(folded("Tools offered", toolList(offered), `${offered.length}`));
  for (const [title, key] of FOLDED) {
    const body = text(attributes[key]);
    if (body !== "") sections.push(folded(title, value(body)));
  }
  if (sections.length === 0)
    sections.push(h("p", { class: "dim nothing" }, "This span holds no input and no output."));
  return h("div", { class: "contents" }, ...sections);
}

const FOLDED = [
  ["Parameters", "llm.invocation_parameters"],
  ["Prompt template", "llm.prompt_template.template"],
  ["Template variables", "llm.prompt_template.variables"],
  ["Metadata", "metadata"],
].map(([title = "", key = ""]) => /** @type {const} */ ([title, key]));

/**
 * @param {string} title
 * @param {Attributes} attributes
 * @param {string} key
 */
function plain(title, attributes, key) {
  const body = text(attributes[key]);
  return body === "" ? [] : [section(title, value(body))];
}

/** @param {Attributes} attributes */
function toolInput(attributes) {
  const parameters = text(attributes["tool.parameters"]);
  const description = text(attributes["tool.description"]);
  return [
    ...(description === "" ? [] : [h("p", { class: "dim described" }, value(description))]),
    ...(parameters === "" || parameters === text(attributes["input.value"])
      ? []
      : [folded("Tool's parameters", value(parameters))]),
  ];
}

/**
 * @param {string} title
 * @param {...Child} content
 */
function section(title, ...content) {
  const last = content.at(-1);
  const note = content.length > 1 && typeof last === "string" ? last : "";
  const body = note === "" ? content : content.slice(0, -1);
  return h(
    "section",
    {},
    h("h3", {}, title, note === "" ? null : h("span", { class: "dim" }, ` ${note}`)),
    ...body,
  );
}

/**
 * @param {string} title
 * @param {Node} content
 * @param {string} [note]
 */
function folded(title, content, note) {
  return h(
    "details",
    { class: "folded" },
    h(
      "summary",
      {},
      h("span", {}, title),
      note === undefined ? null : h("span", { class: "dim" }, ` ${note}`),
    ),
    content,
  );
}
