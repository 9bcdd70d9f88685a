// How `cost` is read, from code and from the environment.

import assert from "node:assert/strict";
import { test } from "node:test";

import { sameOptions } from "../../js/options.js";
import { shownSettings } from "../../js/options/shown.js";
import { assertRefused, resolving } from "./resolving.js";

const prices = { "my-model": { input: 1, output: 2 } };

const accepted: [
  given: unknown,
  variable: string | undefined,
  resolved: unknown,
  source: string,
][] = [
  [undefined, undefined, null, "default"],
  [true, undefined, { prices: {} }, "option"],
  [false, "true", null, "option"],
  [{}, undefined, { prices: {} }, "option"],
  [{ prices: undefined }, undefined, { prices: {} }, "option"],
  [{ prices }, undefined, { prices }, "option"],
  [undefined, "true", { prices: {} }, "CATALYST_COST"],
  [undefined, "0", null, "CATALYST_COST"],
];
for (const [given, variable, resolved, source] of accepted) {
  test(`cost: ${JSON.stringify(given)} with CATALYST_COST=${variable ?? ""} is understood`, () => {
    const { options, sources, warnings } = resolving({ cost: given }, { CATALYST_COST: variable });
    assert.equal(JSON.stringify(options.cost), JSON.stringify(resolved));
    assert.equal(sources["cost"], source);
    assert.deepEqual(warnings, []);
  });
}

const refused: [given: unknown, message: RegExp][] = [
  [1, /option "cost" is 1 \(number\); it takes true, false or \{ prices \}\.$/],
  [null, /option "cost" is null/],
  [[], /option "cost"/],
  [{ price: {} }, /option "cost" has no field "price"\. Did you mean "prices"\?$/],
  [{ prices: [] }, /option "cost\.prices" .*it takes an object of prices by model/],
  [{ prices: { " ": { input: 1 } } }, /option "cost\.prices" /],
  [{ prices: { m: 1 } }, /option "cost\.prices\["m"\]" is 1 \(number\)/],
  [{ prices: { m: {} } }, /option "cost\.prices\["m"\]\.input" is undefined/],
  [{ prices: { m: { input: -1 } } }, /\.input" is -1 \(number\); it takes a number of US dollars/],
  [{ prices: { m: { input: Number.NaN } } }, /\.input" is NaN/],
  [{ prices: { m: { input: "2" } } }, /\.input" is "2" \(string\)/],
  [{ prices: { m: { input: 1, cached: 1 } } }, /has no field "cached"/],
];
for (const [given, message] of refused) {
  test(`cost: ${JSON.stringify(given)} is refused: ${message.source}`, () => {
    const isUnknown = /has no field/.test(message.source);
    assertRefused(
      { cost: given },
      isUnknown ? "ERR_UNKNOWN_OPTION" : "ERR_INVALID_OPTION",
      message,
    );
  });
}

test("a variable that is neither true nor false warns and leaves cost off", () => {
  const { options, warnings } = resolving({}, { CATALYST_COST: "maybe" });
  assert.equal(options.cost, null);
  assert.deepEqual(warnings, [
    'CATALYST_COST is "maybe" (string); it takes true or false. It is ignored.',
  ]);
});

test("prices can be in a JSON file, whose path is relative to the working directory", () => {
  const read: string[] = [];
  const readFile = (path: string) => {
    read.push(path);
    return JSON.stringify(prices);
  };
  const { options } = resolving({ cost: { prices: "prices.json" } }, {}, { readFile });
  assert.equal(JSON.stringify(options.cost), JSON.stringify({ prices }));
  assert.match(String(read), /^(?:[A-Z]:)?[\\/]app[\\/]prices\.json$/);
});

test("a file of prices that is missing or no JSON is an error that names it", () => {
  const missing = /"cost\.prices" is "p\.json", a file that cannot be read \(ENOENT\)/;
  assertRefused({ cost: { prices: "p.json" } }, "ERR_INVALID_OPTION", missing);
  assert.throws(
    () => resolving({ cost: { prices: "p.json" } }, {}, { readFile: () => "{" }),
    /"cost\.prices" is "p\.json", a file that is not JSON/,
  );
});

test("options with other prices are others, and what is shown says that there are prices", () => {
  const on = resolving({ cost: true });
  const own = resolving({ cost: { prices } });
  assert.ok(!sameOptions(on.options, own.options));
  assert.ok(!sameOptions(on.options, resolving().options));
  assert.ok(sameOptions(own.options, resolving({ cost: { prices: { ...prices } } }).options));
  const shown = [resolving(), on, own].map(
    (resolution) => shownSettings(resolution).find(({ name }) => name === "cost")?.value,
  );
  assert.deepEqual(shown, ["off", "on", "on, with prices of 1 model of your own"]);
});
