// What the tests of the options share: resolving with nothing of the real machine in it.
import assert from "node:assert/strict";
import { CatalystTracingError, type CatalystTracingErrorCode } from "../../js/errors.js";
import { type OptionsIo, resolveOptions } from "../../js/options.js";

export function resolving(
  options: unknown = {},
  env: NodeJS.ProcessEnv = {},
  io: Partial<OptionsIo> = {},
) {
  return resolveOptions(options, env, {
    readFile: () => {
      throw Object.assign(new Error("no such file"), { code: "ENOENT" });
    },
    cwd: () => "/app",
    findPackageJson: () => undefined,
    ...io,
  });
}

/** The error that resolving throws, which must be one of ours. */
export function refusal(options: unknown, env: NodeJS.ProcessEnv = {}): CatalystTracingError {
  try {
    resolving(options, env);
  } catch (error) {
    assert.ok(error instanceof CatalystTracingError, `a foreign error: ${String(error)}`);
    return error;
  }
  return assert.fail("nothing was thrown");
}

export function assertRefused(
  options: unknown,
  code: CatalystTracingErrorCode,
  message: string | RegExp,
): void {
  const error = refusal(options);
  assert.equal(error.code, code);
  if (typeof message === "string") assert.equal(error.message, message);
  else assert.match(error.message, message);
}
