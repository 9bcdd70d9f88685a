/** What users import from `catalyst-tracing/openai`. */
export { installOpenAIInstrumentation, instrumentOpenAI } from "./integrations/openai/index.js";
export type { TracerInput } from "./tracer-input.js";
