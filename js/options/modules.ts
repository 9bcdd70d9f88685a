/**
 * The option `modules`: SDKs that the app hands over to be instrumented. Whether each really is
 * the SDK it is passed as, its integration finds out.
 */
import { CatalystTracingError, CatalystTracingErrorCodes, quote } from "../errors.js";
import { invalidOption, type Lookup } from "./lookup.js";
import { suggestName } from "./names.js";
import { copyOptionObject } from "./snapshot.js";
import type { InstrumentModules } from "./types.js";

/** The names that this version instruments. */
const INSTRUMENTED = ["openai", "openaiAgents"];

/** Names that apps already pass and that a later version instruments; until then they warn. */
const ANNOUNCED = [
  "anthropic",
  "langchainCallbacksManager",
  "elevenlabs",
  "cursorSdk",
  "aiSdk",
  "livekitAgents",
  "piAi",
  "piAgent",
];

const WANTS_MODULES = "an object of SDK modules, such as { openai: OpenAI }";

export function resolveModules(lookup: Lookup): Readonly<InstrumentModules> {
  const given = lookup.option("modules");
  lookup.sources["modules"] = given === undefined ? "default" : "option";
  if (given === undefined) return {};
  const modules = Object.entries(copyOptionObject("modules", given, WANTS_MODULES));
  return Object.fromEntries(
    modules.filter(([name, module]) => {
      checkName(name, lookup);
      if (module === undefined) return false;
      if ((typeof module === "object" && module !== null) || typeof module === "function") {
        return true;
      }
      throw invalidOption(`modules.${name}`, module, "the imported module or its main class");
    }),
  );
}

function checkName(name: string, lookup: Lookup): void {
  if (INSTRUMENTED.includes(name)) return;
  if (!ANNOUNCED.includes(name)) {
    throw new CatalystTracingError(
      CatalystTracingErrorCodes.UNKNOWN_OPTION,
      `setup(): option "modules" has no module ${quote(name)}. ` +
        suggestName(name, [...INSTRUMENTED, ...ANNOUNCED]),
    );
  }
  lookup.warn(`modules.${name}: this version does not instrument that SDK. It is ignored.`);
}
