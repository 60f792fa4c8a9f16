import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseJsonBody } from "../../src/http/json-body.ts";

const parse = (text: string) => parseJsonBody(Buffer.from(text));

const problemsOf = (text: string): string[] => {
  try {
    parse(text);
    return [];
  } catch (error) {
    return (error as { fields?: { path: string }[] }).fields?.map((field) => field.path) ?? [String(error)];
  }
};

describe("parseJsonBody", () => {
  it.each([
    "0",
    "-0",
    "1.0",
    "1e2",
    "1E+2",
    "0.1",
    "5e-324",
    "1.7976931348623157e308",
    "100",
    "0e999",
    "9007199254740993e0".replace("3", "2"),
  ])("takes %s, whose decimal value a double holds", (number) => {
    expect(problemsOf(`{"a": [${number}]}`)).toEqual([]);
  });

  it.each([
    "12345678901234567",
    "9007199254740993",
    "1e400",
    "-1e400",
    "1e-400",
    "0.1000000000000000055511",
    "0.30000000000000004441",
  ])("refuses %s, whose decimal value a double does not hold", (number) => {
    expect(problemsOf(`{"a": [0, ${number}]}`)).toEqual(["a.1"]);
    expect(problemsOf(number)).toEqual([""]);
  });

  it("names each of several problems", () => {
    expect(problemsOf('{"a": 1e999, "b": {"c": "\\u0000", "d": [12345678901234567]}}')).toEqual([
      "a",
      "b.c",
      "b.d.0",
    ]);
  });

  it("does not mistake brackets in texts for levels", () => {
    const text = JSON.stringify({ a: `${'["\\{'.repeat(100)}` });

    expect(parse(text)).toEqual(JSON.parse(text));
  });

  it("reads 32 levels, and not 33", () => {
    const levels = (count: number) => "[".repeat(count) + "]".repeat(count);

    expect(problemsOf(levels(32))).toEqual([]);
    expect(() => parse(levels(33))).toThrow("deeper than 32");
  });

  it("takes a byte order mark, and the last of two equal keys", () => {
    expect(parse('\ufeff{"a": 1, "a": 2}')).toEqual({ a: 2 });
  });

  it("refuses more values than a request of this API ever holds", () => {
    expect(() => parse(`[${"0,".repeat(500_000)}0]`)).toThrow("more than 500000 values");
  });

  it("gives back whatever JSON.stringify wrote, if it can be kept", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const text = JSON.stringify(value);
        fc.pre(!/__proto__|\\u0000|\\ud[89a-f]/i.test(text));
        expect(parse(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it("ends in a value or in a named refusal, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          parseJsonBody(Buffer.from(bytes));
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^(BAD_REQUEST|VALIDATION_ERROR)$/) });
        }
      }),
    );
  });
});
