// How `limits` is read, from code and from OpenTelemetry's variables.

import assert from "node:assert/strict";
import { test } from "node:test";

import { sameOptions } from "../../js/options.js";
import { shownSettings } from "../../js/options/shown.js";
import { assertRefused, resolving } from "./resolving.js";

const SPAN = "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT";
const ANY = "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT";

type Limits = [valueLength: number | null, spanBytes: number | null];
const accepted: [given: unknown, env: NodeJS.ProcessEnv, resolved: Limits, source: string][] = [
  [undefined, {}, [null, null], "default"],
  [{}, {}, [null, null], "option"],
  [{ valueLength: 100 }, {}, [100, null], "option"],
  [{ spanBytes: 1024 }, {}, [null, 1024], "option"],
  [{ spanBytes: 2048 }, { [SPAN]: "50" }, [50, 2048], "option"],
  [{ valueLength: 100 }, { [SPAN]: "50" }, [100, null], "option"],
  [{ valueLength: Infinity }, { [SPAN]: "50" }, [null, null], "option"],
  [undefined, { [SPAN]: "50", [ANY]: "60" }, [50, null], SPAN],
  [undefined, { [ANY]: "60" }, [60, null], ANY],
];
for (const [given, env, [valueLength, spanBytes], source] of accepted) {
  test(`limits: ${JSON.stringify(given)} with ${JSON.stringify(env)} is understood`, () => {
    const { options, sources, warnings } = resolving({ limits: given }, env);
    assert.deepEqual(options.limits, { valueLength, spanBytes });
    assert.equal(sources["limits"], source);
    assert.deepEqual(warnings, []);
  });
}

const refused: [given: unknown, message: RegExp][] = [
  [1000, /option "limits" is 1000 \(number\); it takes an object such as/],
  [true, /option "limits" is true/],
  [
    { valueLength: 0 },
    /"limits\.valueLength" is 0 .*a whole number of characters from 1 on, or Inf/,
  ],
  [{ valueLength: 1.5 }, /"limits\.valueLength" is 1\.5/],
  [{ valueLength: "10" }, /"limits\.valueLength" is "10" \(string\)/],
  [{ spanBytes: 1000 }, /"limits\.spanBytes" is 1000 .*a whole number of bytes from 1024 on/],
  [{ spanBytes: -Infinity }, /"limits\.spanBytes" is -Infinity/],
];
for (const [given, message] of refused) {
  test(`limits: ${JSON.stringify(given)} is refused: ${message.source}`, () => {
    assertRefused({ limits: given }, "ERR_INVALID_OPTION", message);
  });
}

test("a field that does not exist is answered with the one that was meant", () => {
  const message = /option "limits" has no field "valueLenght"\. Did you mean "valueLength"\?$/;
  assertRefused({ limits: { valueLenght: 10 } }, "ERR_UNKNOWN_OPTION", message);
});

test("the error about a destination's limits says which destination's", () => {
  const given = { endpoint: "http://localhost:1", limits: { spanBytes: 1 } };
  const message = /option "destinations\[0\]\.limits\.spanBytes" is 1 /;
  assertRefused({ destinations: [given] }, "ERR_INVALID_OPTION", message);
});

for (const text of ["0", "-1", "many", "1.5"]) {
  test(`${SPAN}=${text} warns, and the next variable is asked`, () => {
    const { options, warnings } = resolving({}, { [SPAN]: text, [ANY]: "70" });
    assert.equal(options.limits.valueLength, 70);
    assert.deepEqual(warnings, [
      `${SPAN} is "${text}" (string); it takes a whole number of characters from 1 on. It is ignored.`,
    ]);
  });
}

test("options with other limits are others, and the limits are shown", () => {
  const limited = resolving({ limits: { valueLength: 10, spanBytes: 2000 } });
  assert.ok(!sameOptions(limited.options, resolving().options));
  const shown = [resolving(), limited].map(
    (resolution) => shownSettings(resolution).find(({ name }) => name === "limits")?.value,
  );
  assert.deepEqual(shown, ["none", "values of 10 characters, spans of 2000 bytes"]);
});
