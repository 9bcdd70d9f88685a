// Compiles programs of users, with the compiler that the project has and with the one that most
// users still have.

import { execFile } from "node:child_process";
import { dirname, join } from "node:path";

import { projectRoot } from "./project.js";

export const COMPILERS = {
  "TypeScript 7": join(projectRoot, "node_modules", "typescript"),
  "TypeScript 5": join(projectRoot, ".sdks", "typescript-5", "node_modules", "typescript"),
} as const;

export type Compiler = keyof typeof COMPILERS;

/** What the compiler says about the project: nothing when all is well. */
export async function compile(project: string, compiler: Compiler): Promise<string> {
  const tsc = join(COMPILERS[compiler], "bin", "tsc");
  return await new Promise((resolve) => {
    const options = { cwd: dirname(project) };
    execFile(process.execPath, [tsc, "-p", project], options, (error, stdout, stderr) => {
      resolve(stdout + stderr || (error?.message ?? ""));
    });
  });
}
