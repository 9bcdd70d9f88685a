import assert from "node:assert/strict";
import { test } from "node:test";

import { refusal, resolving } from "./resolving.js";

const GIB = 1024 ** 3;
const io = { cwd: () => "/app" };

for (const [given, env, expected, source] of [
  [undefined, {}, null, "default"],
  ["/spool", {}, { dir: "/spool", maxBytes: GIB }, "option"],
  ["spool", {}, { dir: "/app/spool", maxBytes: GIB }, "option"],
  [{ dir: "/spool", maxBytes: 5e6 }, {}, { dir: "/spool", maxBytes: 5e6 }, "option"],
  [undefined, { DIR: "/env" }, { dir: "/env", maxBytes: GIB }, "CATALYST_SPOOL_DIR"],
  [{ maxBytes: 5e6 }, { DIR: "/env" }, { dir: "/env", maxBytes: 5e6 }, "CATALYST_SPOOL_DIR"],
  ["/spool", { DIR: "/env", MAX_BYTES: "6000000" }, { dir: "/spool", maxBytes: 6e6 }, "option"],
  [false, { DIR: "/env" }, null, "option"],
  [undefined, { MAX_BYTES: "6000000" }, null, "default"],
] as const) {
  test(`spool ${JSON.stringify(given)} with ${JSON.stringify(env)} in the environment`, () => {
    const prefixed = Object.entries(env).map(([name, text]) => [`CATALYST_SPOOL_${name}`, text]);
    const { options, sources, warnings } = resolving(
      { spool: given },
      Object.fromEntries(prefixed) as Record<string, string>,
      io,
    );
    assert.deepEqual(options.spool, expected && { ...expected, takesAll: false });
    assert.equal(sources["spool"], source);
    assert.deepEqual(warnings, []);
  });
}

test("a bound in the environment that is none warns, and the default holds", () => {
  const env = { CATALYST_SPOOL_DIR: "/env", CATALYST_SPOOL_MAX_BYTES: "1 GiB" };
  const { options, warnings } = resolving({}, env, io);
  assert.equal(options.spool?.maxBytes, GIB);
  assert.match(warnings.join(), /^CATALYST_SPOOL_MAX_BYTES is "1 GiB".*whole number of bytes/);
});

for (const [given, said] of [
  [true, /option "spool" is true.*a directory/],
  ["  ", /option "spool" is " {2}".*a directory/],
  [{ maxBytes: 5e6 }, /option "spool\.dir" is undefined.*path of a directory/],
  [{ dir: 5 }, /option "spool\.dir" is 5.*path of a directory/],
  [{ dir: "/spool", maxBytes: 10 }, /option "spool\.maxBytes" is 10.*from 1048576/],
  [{ dir: "/spool", maxbytes: 5e6 }, /option "spool" has no "maxbytes". Did you mean "maxBytes"/],
] as const) {
  test(`spool ${JSON.stringify(given)} is refused`, () => {
    assert.match(refusal({ spool: given }).message, said);
  });
}
