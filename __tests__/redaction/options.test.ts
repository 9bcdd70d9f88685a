// What the option `redact` and its variables take, and what they say to the rest.
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { CatalystTracingError, setup, type SetupOptions } from "catalyst-tracing";

import { sameOptions } from "../../js/options.js";
import { shownSettings } from "../../js/options/shown.js";
import { refusal, resolving as resolve } from "../options/resolving.js";

const ALL = ["email", "phone", "card", "iban", "ip", "jwt", "privateKey", "apiKey"];
const SECRET = "a secret of sixteen or more";

const wrong: [redact: unknown, message: RegExp][] = [
  ["email", /option "redact" is "email" \(string\); it takes true, false, an object/],
  [["emial"], /"redact\[0\]": there is no detector "emial"\. Did you mean "email"\?/],
  [{ detect: ["ips"] }, /"redact\.detect\[0\]": there is no detector "ips"\. Did you mean "ip"/],
  [{ detect: "ip" }, /"redact\.detect" is "ip" \(string\); it takes true, false, or a list/],
  [{ rule: [] }, /option "redact" has no "rule"\. Did you mean "rules"\?/],
  [{ rules: {} }, /"redact\.rules" is an object; it takes a list of rules/],
  [[/x/], /"redact\[0\]" is an object; it takes a rule; write \{ pattern: /],
  [["ip", {}], /"redact\[1\]" is an object; it takes a rule: .*exactly one of/],
  [[{ key: "a", path: "$.b" }], /exactly one of pattern, key and path/],
  [[{ key: "a", flags: "i" }], /option "redact\[0\]" has no "flags"/],
  [[{ key: [] }], /"redact\[0\]\.key" is an array; it takes a string that is not empty/],
  [
    [{ pattern: /a/, replace: () => "b" }],
    /"redact\[0\]\.replace" is a function; .*rule by itself/,
  ],
  [[{ pattern: /a/, flags: "i" }], /"redact\[0\]\.flags" is "i" .*its own flags/],
  [[{ pattern: "a", flags: "q" }], /"redact\[0\]\.flags" is "q"/],
  [
    { secret: "short" },
    /"redact\.secret" is malformed \(its value is not shown\); .*16 characters/,
  ],
];

describe("a wrong option", () => {
  for (const [redact, message] of wrong) {
    test(`is refused: ${message.source}`, () => {
      assert.match(refusal({ redact }).message, message);
    });
  }

  const native: [redact: SetupOptions["redact"], message: RegExp][] = [
    [
      [{ pattern: /(?<=a)b/ }],
      /^setup\(\): option "redact\[0\]\.pattern" looks around .*\/\(\?<=a\)b\/\.$/,
    ],
    [{ rules: [{ pattern: /(a)\1/ }] }, /"redact\.rules\[0\]\.pattern" refers back to a group/],
    [["ip", { path: "$.a[?(@.b)]" }], /"redact\[1\]\.path" has \[\?\(@\.b\)\]; .*no filters/],
  ];
  for (const [redact, message] of native) {
    test(`is refused by setup(): ${message.source}`, async () => {
      const options = { endpoint: "http://127.0.0.1:9", autoInstrument: false, redact };
      await assert.rejects(setup(options), (error) => {
        assert.ok(error instanceof CatalystTracingError);
        assert.equal(error.code, "ERR_INVALID_OPTION");
        assert.match(error.message, message);
        return true;
      });
    });
  }
});

const variables: [text: string, detect: readonly string[] | null, warning?: RegExp][] = [
  ["true", ALL],
  ["default", ALL],
  ["off", null],
  ["email, CARD,privatekey", ["email", "card", "privateKey"]],
  ["email,emial", ALL, /CATALYST_REDACT: there is no detector "emial".*to be safe/],
  [",", ALL, /to be safe/],
];

describe("CATALYST_REDACT", () => {
  for (const [text, detect, warning] of variables) {
    test(`${JSON.stringify(text)} turns on ${detect?.join(", ") ?? "nothing"}`, () => {
      const { options, warnings, sources } = resolve({}, { CATALYST_REDACT: text });
      assert.deepEqual(options.redact?.detect ?? null, detect);
      assert.equal(sources["redact"], "CATALYST_REDACT");
      if (warning === undefined) assert.deepEqual(warnings, []);
      else assert.match(warnings.join(), warning);
    });
  }

  test("gives way to the option", () => {
    const { options, sources } = resolve({ redact: false }, { CATALYST_REDACT: "true" });
    assert.equal(options.redact, null);
    assert.equal(sources["redact"], "option");
  });
});

describe("the secret", () => {
  test("comes from CATALYST_REDACT_SECRET where the option has none", () => {
    const env = { CATALYST_REDACT_SECRET: SECRET };
    assert.equal(resolve({ redact: true }, env).options.redact?.secret, SECRET);
    const own = resolve({ redact: { secret: "one of the option's own" } }, env);
    assert.equal(own.options.redact?.secret, "one of the option's own");
    const { options, warnings } = resolve({ redact: true }, { CATALYST_REDACT_SECRET: "short" });
    assert.equal(options.redact?.secret, null);
    assert.match(warnings.join(), /too short/);
    assert.doesNotMatch(warnings.join(), /"short"/);
  });

  test("is not among the settings as they are shown", () => {
    const shown = shownSettings(resolve({ redact: { secret: SECRET, rules: [{ key: "k" }] } }));
    const row = shown.find(({ name }) => name === "redact");
    assert.match(row?.value ?? "", /^email, .*; 1 rules; a secret \(not shown\)$/);
    assert.doesNotMatch(JSON.stringify(shown), new RegExp(SECRET));
  });
});

test("options with the same rules are the same, and with others are not", () => {
  const of = (redact: unknown) => resolve({ redact }).options;
  const fn = (text: string): string => text;
  assert.ok(sameOptions(of([{ pattern: /a/i }, fn]), of([{ pattern: /a/i }, fn])));
  assert.ok(!sameOptions(of([{ pattern: /a/i }]), of([{ pattern: /a/ }])));
  assert.ok(!sameOptions(of([fn]), of([(text: string) => text])));
  assert.ok(!sameOptions(of(true), of({ secret: SECRET })));
});
