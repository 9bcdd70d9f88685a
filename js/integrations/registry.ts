/**
 * The integrations that this version has. A new one is a folder beside this file and a line here.
 */
import type { Integration } from "./integration.js";
import { openai } from "./openai/index.js";
import { openaiAgents } from "./openai-agents/index.js";

export const INTEGRATIONS: readonly Integration[] = [openai, openaiAgents];
