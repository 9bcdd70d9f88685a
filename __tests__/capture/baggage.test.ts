import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type BaggageEntry,
  defaultTextMapGetter,
  defaultTextMapSetter,
  propagation,
  ROOT_CONTEXT,
} from "@opentelemetry/api";
import { BaggagePropagator } from "../../js/capture/baggage.js";

const propagator = new BaggagePropagator();

function extract(carrier: unknown) {
  return propagator.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter);
}

function inject(context = ROOT_CONTEXT): Record<string, string> {
  const carrier: Record<string, string> = {};
  propagator.inject(context, carrier, defaultTextMapSetter);
  return carrier;
}

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `k${index}=1`);

function entriesOf(baggage: unknown): Record<string, string> {
  const entries = propagation.getBaggage(extract({ baggage }))?.getAllEntries() ?? [];
  return Object.fromEntries(entries.map(([name, entry]) => [name, entry.value]));
}

const baggages: [behaviour: string, header: unknown, entries: Record<string, string>][] = [
  ["is read with blanks around everything", " a = 1 , b\t=\t2 ", { a: "1", b: "2" }],
  ["is percent-decoded", "a=%C3%A4%2C%20%25", { a: "ä, %" }],
  ["keeps equals signs in values", "a=b=c==", { a: "b=c==" }],
  ["may have empty values", "a=", { a: "" }],
  ["has bytes that are no UTF-8 replaced", "a=%ff%41", { a: "\uFFFDA" }],
  ["keeps a percent sign that encodes nothing", "a=100%", { a: "100%" }],
  ["is joined from several headers", ["a=1", "b=2"], { a: "1", b: "2" }],
  ["keeps the last of two entries with one name", "a=1,a=2", { a: "2" }],
  [
    "loses entries that break the format, each alone",
    'x,=1,a b=1,c="q",d=e f,g=é,ok=1',
    { ok: "1" },
  ],
  [
    "may have an entry called __proto__",
    "__proto__=x",
    JSON.parse('{"__proto__":"x"}') as Record<string, string>,
  ],
  ["is nothing when it is empty", "", {}],
];
for (const [behaviour, header, entries] of baggages) {
  test(`baggage ${behaviour}`, () => assert.deepEqual(entriesOf(header), entries));
}

test("an entry's properties are kept as they are, in and out", () => {
  const context = extract({ baggage: "a=1; p1 ;p2=x , b=2" });
  assert.equal(propagation.getBaggage(context)?.getEntry("a")?.metadata?.toString(), "p1 ;p2=x");
  assert.deepEqual(inject(context), { baggage: "a=1;p1 ;p2=x,b=2" });
});

function injectedBaggage(entries: Record<string, BaggageEntry>): string | undefined {
  const context = propagation.setBaggage(ROOT_CONTEXT, propagation.createBaggage(entries));
  return inject(context)["baggage"];
}

test("names and values are percent-encoded on their way out", () => {
  assert.equal(
    injectedBaggage({ "my key": { value: "a,b;c=d ä" } }),
    "my%20key=a%2Cb%3Bc%3Dd%20%C3%A4",
  );
});

test("an entry without a name and one without UTF-8 are left out", () => {
  const entries = { "": { value: "x" }, bad: { value: "\uD800" }, ok: { value: "1" } };
  assert.equal(injectedBaggage(entries), "ok=1");
});

test("properties that would break the header apart are left out", () => {
  const metadata = { toString: () => "a\r\nevil: 1" } as unknown as BaggageEntry["metadata"] &
    object;
  assert.equal(injectedBaggage({ a: { value: "1", metadata } }), "a=1");
});

test("180 entries pass, in and out, and no more", () => {
  const many = Object.fromEntries(numbered(200).map((text) => [text.slice(0, -2), { value: "1" }]));
  assert.equal(injectedBaggage(many)?.split(",").length, 180);
  assert.equal(Object.keys(entriesOf(numbered(200).join(","))).length, 180);
});

test("an entry of more than 4096 characters is left out alone, in and out", () => {
  const big = "x".repeat(4095);
  assert.equal(injectedBaggage({ a: { value: big }, b: { value: "1" } }), "b=1");
  assert.deepEqual(entriesOf(`a=${big},b=1`), { b: "1" });
  assert.equal(injectedBaggage({ a: { value: big.slice(1) } })?.length, 4096);
});

test("8192 characters pass in all, in and out, and no more", () => {
  const value = "x".repeat(4000);
  const entries = { a: { value }, b: { value }, c: { value }, d: { value: "1" } };
  assert.equal(injectedBaggage(entries), `a=${value},b=${value}`);
  assert.deepEqual(Object.keys(entriesOf(`a=${value},b=${value},c=${value},d=1`)), ["a", "b"]);
});
