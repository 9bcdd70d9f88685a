// `hide`, `redact` and `limits` of single destinations: what they take from the top level, what they
// change, and what is said to the rest.
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { sameOptions } from "../../js/options.js";
import { shownSettings } from "../../js/options/shown.js";
import { assertRefused, resolving } from "./resolving.js";

const HERE = "http://localhost:8799";
const SECRET = "a secret of sixteen or more";
const OTHER_SECRET = "another secret, as long as it";

/** The policy of the one destination that is listed. */
function policyOf(destination: object, top: object = {}, env: NodeJS.ProcessEnv = {}) {
  const { options } = resolving(
    { ...top, destinations: [{ endpoint: HERE, ...destination }] },
    env,
  );
  const [only, ...others] = options.destinations;
  assert.ok(only !== undefined && others.length === 0);
  return only.policy;
}

describe("a destination that says nothing", () => {
  test("has the top level's policy, whether code or the environment has said it", () => {
    const top = { hide: { inputs: true }, redact: ["email"], limits: { valueLength: 10 } };
    const env = { OPENINFERENCE_HIDE_CHOICES: "true", CATALYST_REDACT_SECRET: SECRET };
    const { hide, redact, limits } = policyOf({}, top, env);
    assert.deepEqual([hide.inputs, hide.choices, hide.outputs], [true, true, false]);
    assert.deepEqual([redact?.detect, redact?.secret], [["email"], SECRET]);
    assert.deepEqual(limits, { valueLength: 10, spanBytes: null });
  });

  test("has none where nobody says anything", () => {
    const { hide, redact, limits } = policyOf({});
    assert.ok(Object.values(hide).every((value) => value === false || value === null));
    assert.equal(redact, null);
    assert.deepEqual(limits, { valueLength: null, spanBytes: null });
  });
});

describe("hide in a destination", () => {
  test("false shows all that the top level or the environment hides", () => {
    const env = {
      OPENINFERENCE_HIDE_INPUTS: "true",
      OPENINFERENCE_BASE64_IMAGE_MAX_LENGTH: "5",
    };
    for (const top of [{ hide: true }, {}]) {
      const { hide } = policyOf({ hide: false }, top, env);
      assert.ok(Object.values(hide).every((value) => value === false || value === null));
    }
  });

  test("true hides all where the top level hides nothing", () => {
    const { base64ImageMaxLength, ...flags } = policyOf({ hide: true }).hide;
    assert.ok(Object.values(flags).every(Boolean));
    assert.equal(base64ImageMaxLength, null);
  });

  test("changes the flags that it names, and leaves the others as they are above", () => {
    const own = { inputs: false, llmTools: true, base64ImageMaxLength: Infinity };
    const top = { hide: { inputs: true, outputs: true, base64ImageMaxLength: 9 } };
    const { hide } = policyOf({ hide: own }, top);
    assert.deepEqual(
      [hide.inputs, hide.outputs, hide.llmTools, hide.base64ImageMaxLength],
      [false, true, true, null],
    );
  });
});

describe("redact in a destination", () => {
  test("takes the place of the top level's, and false turns it off", () => {
    assert.deepEqual(policyOf({ redact: ["ip"] }, { redact: true }).redact?.detect, ["ip"]);
    assert.equal(policyOf({ redact: false }, { redact: true }).redact, null);
  });

  const secrets: [
    what: string,
    own: object,
    top: object,
    env: NodeJS.ProcessEnv,
    secret: string,
  ][] = [
    ["the top level's", { detect: ["ip"] }, { redact: { secret: SECRET } }, {}, SECRET],
    ["its own", { secret: OTHER_SECRET }, { redact: { secret: SECRET } }, {}, OTHER_SECRET],
    ["the variable's", {}, {}, { CATALYST_REDACT_SECRET: SECRET }, SECRET],
    [
      "the variable's, though nothing else is redacted,",
      {},
      { redact: false },
      { CATALYST_REDACT_SECRET: SECRET },
      SECRET,
    ],
  ];
  for (const [what, redact, top, env, secret] of secrets) {
    test(`makes pseudonyms with ${what} secret`, () => {
      assert.equal(policyOf({ redact }, top, env).redact?.secret, secret);
    });
  }
});

test("limits in a destination replace what they name, and Infinity is no limit", () => {
  const top = { limits: { valueLength: 10, spanBytes: 2000 } };
  const of = (limits: object) => policyOf({ limits }, top).limits;
  assert.deepEqual(of({ spanBytes: 5000 }), { valueLength: 10, spanBytes: 5000 });
  assert.deepEqual(of({ valueLength: Infinity }), { valueLength: null, spanBytes: 2000 });
  assert.deepEqual(of({}), { valueLength: 10, spanBytes: 2000 });
});

test("a sink in destinations has a policy of its own, and one beside them the top level's", () => {
  const { options } = resolving({
    hide: { inputs: true },
    sink: "console",
    destinations: [{ sink: { file: "a.jsonl" }, hide: false }],
  });
  assert.deepEqual(
    options.destinations.map(({ name, policy }) => [name, policy.hide.inputs]),
    [
      ["console", true],
      ["file", false],
    ],
  );
});

const refused: [wrong: object, code: "INVALID" | "UNKNOWN", message: RegExp][] = [
  [{ hide: { inputs: "yes" } }, "INVALID", /option "destinations\[1\]\.hide\.inputs" is "yes"/],
  [
    { hide: "all" },
    "INVALID",
    /option "destinations\[1\]\.hide" is "all" \(string\); it takes true/,
  ],
  [
    { hide: { input: true } },
    "UNKNOWN",
    /no option "destinations\[1\]\.hide\.input"\. Did you mean "inputs"/,
  ],
  [
    { hide: { base64ImageMaxLength: -1 } },
    "INVALID",
    /destinations\[1\]\.hide\.base64ImageMaxLength/,
  ],
  [{ redact: "email" }, "INVALID", /option "destinations\[1\]\.redact" is "email"/],
  [{ redact: ["emial"] }, "INVALID", /destinations\[1\]\.redact\[0\]".*Did you mean "email"/],
  [
    { redact: { rules: [{ key: "a" }, { key: "b" }, { key: 7 }] } },
    "INVALID",
    /option "destinations\[1\]\.redact\.rules\[2\]\.key" is 7/,
  ],
  [{ redact: { secret: "short" } }, "INVALID", /destinations\[1\]\.redact\.secret" is malformed/],
  [
    { redact: [(text: string) => text] },
    "INVALID",
    /option "destinations\[1\]\.redact" has a function .*put it into the "redact" of the top level/,
  ],
  [
    { redact: { rules: [(text: string) => text] } },
    "INVALID",
    /option "destinations\[1\]\.redact" has a function/,
  ],
  [
    { limits: { valueLength: 0 } },
    "INVALID",
    /option "destinations\[1\]\.limits\.valueLength" is 0/,
  ],
  [{ limits: { spanBytes: 10 } }, "INVALID", /destinations\[1\]\.limits\.spanBytes" is 10/],
  [{ limits: { bytes: 10 } }, "UNKNOWN", /destinations\[1\]\.limits".*"bytes"/],
  [{ sample: 0.5 }, "UNKNOWN", /option "destinations\[1\]" has no "sample"/],
];

describe("a destination is refused", () => {
  for (const [wrong, code, message] of refused) {
    test(`with ${JSON.stringify(wrong)}: ${message.source}`, () => {
      const destinations = [{ endpoint: HERE }, { endpoint: "http://vendor.example", ...wrong }];
      assertRefused({ destinations }, `ERR_${code}_OPTION`, message);
    });
  }

  test("without a word of its secret", () => {
    const destinations = [{ endpoint: HERE, redact: { secret: "hunter2" } }];
    assertRefused({ destinations }, "ERR_INVALID_OPTION", /^((?!hunter2).)*$/s);
  });
});

test("options whose destinations have other policies are others", () => {
  const of = (destination: object) =>
    resolving({ destinations: [{ endpoint: HERE, ...destination }] }).options;
  const policies = [
    {},
    { hide: { inputs: true } },
    { redact: true },
    { redact: ["email"] },
    { redact: { detect: ["email"], replace: "x" } },
    { limits: { valueLength: 5 } },
  ];
  for (const [index, one] of policies.entries()) {
    for (const [other, two] of policies.entries()) {
      assert.equal(sameOptions(of(one), of(two)), index === other, JSON.stringify([one, two]));
    }
  }
  assert.ok(Object.isFrozen(of({ hide: true }).destinations[0]?.policy.hide));
});

test("the settings show what of a destination's policy is not the top level's, and no secret", () => {
  const shown = shownSettings(
    resolving({
      redact: { detect: ["email"], secret: SECRET },
      hide: { inputs: true },
      destinations: [
        { name: "own", endpoint: HERE, hide: false, redact: false },
        { name: "same", endpoint: HERE, hide: { inputs: true } },
        {
          name: "vendor",
          endpoint: "https://vendor.example",
          redact: ["ip", { key: "ssn" }],
          limits: { valueLength: 100 },
        },
      ],
    }),
  );
  assert.equal(
    shown.find(({ name }) => name === "destinations")?.value,
    `own (${HERE}) with hide: nothing; redact: none, same (${HERE}), ` +
      "vendor (https://vendor.example) with redact: ip; 1 rules; a secret (not shown); " +
      "limits: values of 100 characters",
  );
  assert.doesNotMatch(JSON.stringify(shown), new RegExp(SECRET));
});
