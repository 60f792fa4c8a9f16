import { expect, it } from "vitest";
import { asRatio, inMs, median, quantile, tableLines } from "../../bench/support/figures.ts";

it("finds the middle of values in any order, and between two where there is no middle one", () => {
  expect(median([30, 1, 20])).toBe(20);
  expect(median([40, 1, 30, 20])).toBe(25);
  expect(median([7])).toBe(7);
});

it("takes as a quantile the smallest value that so many values do not exceed", () => {
  const hundred = Array.from({ length: 100 }, (_, at) => 100 - at);
  expect(quantile(hundred, 0.5)).toBe(50);
  expect(quantile(hundred, 0.99)).toBe(99);
  expect(quantile(hundred, 1)).toBe(100);
  expect(quantile(hundred.slice(-10), 0.95)).toBe(10);
  expect(quantile([3], 0.01)).toBe(3);
});

it("says of nothing that it is not a number, and does not print it as one", () => {
  expect(median([])).toBeNaN();
  expect(quantile([], 0.5)).toBeNaN();
  expect(inMs(Number.NaN)).toBe("–");
  expect(asRatio(1, Number.NaN)).toBe("–");
  expect(asRatio(1, 0)).toBe("–");
});

it("prints what is small with a decimal and what is large without", () => {
  expect([inMs(2.345), inMs(23.45), inMs(2345)]).toEqual(["2.3 ms", "23 ms", "2,345 ms"]);
  expect([asRatio(1, 3), asRatio(41, 2)]).toEqual(["0.33 ×", "21 ×"]);
});

it("sets names to the left and figures to the right, also where a row is short", () => {
  expect(
    tableLines([
      ["", "cold"],
      ["ours", "1 ms"],
      ["the other one", "10,000 ms"],
      ["none", "not run"],
    ]),
  ).toEqual([
    "                    cold",
    "ours                1 ms",
    "the other one  10,000 ms",
    "none             not run",
  ]);
});
