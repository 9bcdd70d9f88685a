/**
 * What resolving options needs from the outside, so that tests can hand in their own.
 */
import { readFileSync } from "node:fs";
import { isatty } from "node:tty";
import { findAppPackage, type PackageIdentity } from "./package-identity.js";

const STDERR = 2;

export interface OptionsIo {
  /** A file's text; throws as `readFileSync` does. */
  readFile(path: string): string;
  /** The working directory. */
  cwd(): string;
  /** Whether standard error is one. */
  isTerminal(): boolean;
  /** Name and version of the app's package.json, if it has one. */
  findPackageJson(): PackageIdentity | undefined;
}

/** The given parts, and the real ones for the rest. */
export function completeIo(given: Partial<OptionsIo> = {}): OptionsIo {
  const files = {
    readFile: given.readFile ?? ((path: string) => readFileSync(path, "utf8")),
    cwd: given.cwd ?? (() => process.cwd()),
  };
  return {
    ...files,
    isTerminal: given.isTerminal ?? (() => isatty(STDERR)),
    findPackageJson: given.findPackageJson ?? (() => findAppPackage(process.argv[1], files)),
  };
}
