import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Command, parseCommand, REASON_CHARACTERS_MAX } from "../../src/proposals/commands.ts";

const RUNS = { numRuns: 1_000 };

const reject = (reason: string | null): Command => ({ kind: "reject", reason });
const unknown = (words: string): Command => ({ kind: "unknown", words });

describe("a command", () => {
  test.each<[string, Command]>([
    ["/relyloop reject", reject(null)],
    ["/relyloop reject   \n\n ", reject(null)],
    ["/relyloop reject too risky", reject("too risky")],
    ["/RelyLoop  REJECT\ttoo risky", reject("too risky")],
    ["/relyloop\u00a0reject too risky", reject("too risky")],
    [
      "/relyloop reject too risky\r\n\r\nSee the *dashboard*.\r\n",
      reject("too risky\n\nSee the *dashboard*."),
    ],
    ["/relyloop reject\nbecause", reject("because")],
    ["/relyloop reject refresh", reject("refresh")],
    ["/relyloop refresh", { kind: "refresh" }],
    ["/relyloop refresh \nthe base has moved", { kind: "refresh" }],
    ["/relyloop", unknown("")],
    ["/relyloop \n/relyloop refresh", unknown("")],
    ["/relyloop approve", unknown("approve")],
    ["/relyloop rejected", unknown("rejected")],
    ["/relyloop one\u2028 two\u2028", unknown("one two")],
    ["/relyloop refresh please", unknown("refresh please")],
    ["/relyloop refresh\u200b", unknown("refresh\u200b")],
    ["/relyloop ref\u0000resh", unknown("ref\uFFFDresh")],
  ])("%j", (body, command) => {
    expect(parseCommand(body)).toEqual(command);
  });

  test.each([
    "",
    "relyloop refresh",
    "/relyloopy refresh",
    "/relyloop-refresh",
    "/relyloop/refresh",
    " /relyloop refresh",
    "    /relyloop refresh",
    "\t/relyloop refresh",
    "> /relyloop refresh",
    "- /relyloop refresh",
    "`/relyloop refresh`",
    "```\n/relyloop refresh\n```",
    "~~~\n/relyloop refresh",
    "<!-- -->/relyloop refresh",
    "Please say /relyloop refresh",
    "\n/relyloop refresh",
    "Hello\n/relyloop reject",
    "\u200b/relyloop refresh",
    "\ufeff/relyloop refresh",
    "\u202e/relyloop refresh",
    "／relyloop refresh",
    "/relyIoop refresh",
    "@relyloop refresh",
  ])("is not %j", (body) => {
    expect(parseCommand(body)).toBeNull();
  });
});

describe("the reason of a rejection", () => {
  const reasonOf = (body: string): string | null => {
    const command = parseCommand(body);
    if (command?.kind !== "reject") throw new Error(`${command?.kind} in place of reject`);
    return command.reason;
  };

  test("is cut where the API would refuse it, never within a character", () => {
    const whole = "x".repeat(REASON_CHARACTERS_MAX);
    expect(reasonOf(`/relyloop reject ${whole}`)).toBe(whole);
    const words = `${"x".repeat(REASON_CHARACTERS_MAX - 2)} and more`;
    expect(reasonOf(`/relyloop reject ${words}`)).toBe(`${"x".repeat(REASON_CHARACTERS_MAX - 2)}…`);
    const cut = reasonOf(`/relyloop reject ${"🔎".repeat(REASON_CHARACTERS_MAX)}`);
    expect(cut).toBe(`${"🔎".repeat(REASON_CHARACTERS_MAX / 2 - 1)}…`);
  });

  test("of ten thousand lines is read at once", () => {
    const reason = reasonOf(`/relyloop reject\n${"line\n".repeat(10_000)}`);
    expect(reason?.split("\n").length).toBe(REASON_CHARACTERS_MAX / "line\n".length);
  });

  test("holds neither NUL nor what hides or reorders text", () => {
    expect(reasonOf("/relyloop reject a\u0000b\u202ec\ud800d\u001b[31m")).toBe(
      "a\uFFFDb\uFFFDc\uFFFDd\uFFFD[31m",
    );
  });
});

describe("whatever somebody writes", () => {
  const written = fc
    .array(
      fc.oneof(
        fc.constantFrom(
          "/relyloop",
          "reject",
          "refresh",
          "\n",
          "\r\n",
          "\r",
          " ",
          "\t",
          "`",
          ">",
          "\u0000",
          "\u202e",
          "\u2028",
        ),
        fc.string({ unit: "binary", maxLength: 20 }),
      ),
      { maxLength: 30 },
    )
    .map((parts) => parts.join(""));

  test("is a command only if it begins with the word", () => {
    fc.assert(
      fc.property(written, (body) => {
        expect(parseCommand(body) !== null).toBe(/^\/relyloop(?:\s|$)/i.test(body));
      }),
      RUNS,
    );
  });

  test("comes out as clean, bounded text", () => {
    fc.assert(
      fc.property(written, (text) => {
        const reason = parseCommand(`/relyloop reject ${text}`);
        const words = parseCommand(`/relyloop x${text}`);
        if (reason?.kind !== "reject" || words?.kind !== "unknown") throw new Error("another command");
        expect(reason.reason).not.toBe("");
        expect(reason.reason ?? "").not.toMatch(/[^\P{Cc}\n]|[\u202e\u2028]/u);
        expect((reason.reason ?? "").length).toBeLessThanOrEqual(REASON_CHARACTERS_MAX);
        expect((reason.reason ?? "").isWellFormed()).toBe(true);
        expect(words.words).not.toMatch(/\p{Cc}|[\u202e\u2028]/u);
        expect(words.words.length).toBeLessThanOrEqual(100);
      }),
      RUNS,
    );
  });
});
