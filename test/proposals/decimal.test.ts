import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decimalKey, keepsDecimalValue, sameDecimal } from "../../src/proposals/decimal.ts";

describe("decimal values", () => {
  test.each([
    ["1", "1.0"],
    ["1", "1.000e0"],
    ["100", "1E2"],
    ["100", "1e+002"],
    ["0.001", "1e-3"],
    ["0", "-0.0"],
    ["0", "0e5"],
    ["-1.50", "-15e-1"],
    ["12345678901234567890", "1.2345678901234567890e19"],
    ["1e999999999999999", "10e999999999999998"],
  ])("%s equals %s", (one, other) => {
    expect(decimalKey(one)).toBe(decimalKey(other));
  });

  test.each([
    ["1", "-1"],
    ["1", "10"],
    ["12345678901234567", "12345678901234568"],
    ["0.1", "0.1000000000000000055511151231257827"],
    ["1e400", "1e401"],
    ["1e9999999999999999999", "1e9999999999999999998"],
  ])("%s differs from %s", (one, other) => {
    expect(decimalKey(one)).not.toBe(decimalKey(other));
  });

  test("what is no number equals only itself", () => {
    expect(decimalKey("Infinity")).toBe("Infinity");
    expect(sameDecimal("1", Number.POSITIVE_INFINITY)).toBe(false);
  });

  test("every double equals what JSON.stringify writes for it, in any notation", () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.nat({ max: 20 }),
        (value, digits) => {
          expect(sameDecimal(JSON.stringify(value), value)).toBe(true);
          expect(sameDecimal(value.toExponential(), value)).toBe(true);
          const rounded = value.toExponential(digits);
          expect(sameDecimal(rounded, value)).toBe(Number(rounded) === value && keepsDecimalValue(rounded));
        },
      ),
    );
  });

  test.each([
    ["0.1", true],
    ["1.50", true],
    ["9007199254740992", true],
    ["9007199254740993", false],
    ["12345678901234567", false],
    ["0.1000000000000000055511151231257827", false],
    ["1e400", false],
    ["1e-400", false],
  ])("whether %s is kept by a double: %s", (token, kept) => {
    expect(keepsDecimalValue(token)).toBe(kept);
  });
});
