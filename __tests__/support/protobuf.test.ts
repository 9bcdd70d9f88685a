// The wire format's reader against its writer, and at its edges.

import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import { WireError, WireReader, WireWriter } from "./protobuf.js";

test("what the writer wrote, the reader reads", () => {
  const max = 2n ** 64n - 1n;
  const field = fc.integer({ min: 1, max: 0x1fffffff });
  fc.assert(
    fc.property(
      field,
      fc.bigInt({ min: 0n, max }),
      fc.bigInt({ min: 0n, max }),
      fc.double(),
      fc.nat(),
      fc.string({ unit: "grapheme" }),
      (number, varint, fixed64, double, fixed32, text) => {
        const bytes = new WireWriter()
          .varint(number, varint)
          .fixed64(number, fixed64)
          .double(number, double)
          .fixed32(number, fixed32)
          .string(number, text)
          .finish();
        const reader = new WireReader(bytes);
        const tag = (): number => reader.tag().field;
        assert.deepEqual([tag(), reader.varint()], [number, varint]);
        assert.deepEqual([tag(), reader.fixed64()], [number, fixed64]);
        assert.deepEqual([tag(), reader.double()], [number, double]);
        assert.deepEqual([tag(), reader.fixed32()], [number, fixed32]);
        assert.deepEqual([tag(), reader.string()], [number, text]);
        assert.ok(reader.done);
      },
    ),
  );
});

test("varints of every length have the bytes that protobuf's documentation gives them", () => {
  const cases: [bigint, string][] = [
    [0n, "00"],
    [127n, "7f"],
    [128n, "8001"],
    [150n, "9601"],
    [2n ** 31n, "8080808008"],
    [-1n, "ffffffffffffffffff01"],
  ];
  for (const [value, hex] of cases) {
    assert.equal(new WireWriter().varint(1, value).finish().toString("hex"), `08${hex}`);
    assert.equal(new WireReader(Buffer.from(hex, "hex")).varint(), BigInt.asUintN(64, value));
  }
});

test("any bytes are either read or refused with a WireError", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const reader = new WireReader(bytes);
      try {
        while (!reader.done) reader.skip(reader.tag().wireType);
      } catch (error) {
        assert.ok(error instanceof WireError);
      }
    }),
  );
});

test("an error says what was read and where it broke", () => {
  const reader = new WireReader(Buffer.from("0aff01", "hex"), "Span.name");
  reader.tag();
  assert.throws(() => reader.bytes(), {
    name: "WireError",
    message: "Span.name is truncated: 255 bytes announced (byte 3 of 3)",
  });
});
