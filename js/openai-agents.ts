/** What users import from `catalyst-tracing/openai-agents`. */
export { instrumentOpenAIAgents } from "./integrations/openai-agents/index.js";
export type { TracerInput } from "./tracer-input.js";
