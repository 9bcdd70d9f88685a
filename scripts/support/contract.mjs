/**
 * The native contract as TypeScript: turns what napi-derive noted down while the addon was compiled
 * (one JSON object per line) into `index.d.ts`. It knows the kinds of item that the bridge has and
 * refuses every other, so that nothing is ever left out in silence.
 */
import { Failure } from "./project.mjs";

const HEADER = `// Generated from src/bridge/ by scripts/build-native.mjs; edits are overwritten.\n`;

/** @typedef {{ kind: string, name: string, js_doc: string, def: string, js_mod?: string }} Item */

/**
 * Functions first, then the types, each sorted by name: the order of expansion means nothing.
 * @param {string} notes
 */
export function renderContract(notes) {
  /** @type {Item[]} */
  const items = notes
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
  const declarations = items
    .sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1))
    .map((item) => `${item.js_doc}${declaration(item)}\n`);
  return [HEADER, ...declarations].join("\n");
}

/** @param {Item} item */
function rank(item) {
  return item.kind === "fn" ? 0 : 1;
}

/** @param {Item} item */
function declaration({ kind, name, def, js_mod }) {
  if (js_mod === undefined) {
    if (kind === "fn") return `export declare ${def};`;
    if (kind === "interface") return `export interface ${name} {\n${members(def)}\n}`;
  }
  throw new Failure(
    `scripts/support/contract.mjs cannot write \`${name}\`, a napi "${kind}"` +
      `${js_mod === undefined ? "" : ` in namespace ${js_mod}`}: teach it how, with an example.`,
  );
}

/**
 * One member or line of a doc comment per line.
 * @param {string} def
 */
function members(def) {
  return def
    .split("\n")
    .map((line) => (isComment(line) ? `  ${line}` : `  ${line};`))
    .join("\n");
}

/** @param {string} line */
function isComment(line) {
  return /^\s*(\/\*\*|\*)/.test(line);
}
