/** `npm run clean`: removes everything that the other scripts made, installed packages excepted. */
import { readdirSync, rmSync } from "node:fs";

import { inProject, ROOT } from "./support/project.mjs";

const MADE = ["dist", ".build", "target", ".venv", ".runtimes", ".sdks"];

const files = readdirSync(ROOT).filter((name) => /\.(node|tgz)$|^catalyst\./.test(name));
for (const name of [...MADE, ...files]) rmSync(inProject(name), { recursive: true, force: true });
