import { describe, expect, test } from "vitest";
import { parseCommand } from "../../../src/proposals/commands.ts";
import {
  type CommandRefusal,
  commandAnswer,
  commandMarker,
} from "../../../src/proposals/pr-text/command-answer.ts";
import { render } from "./rendered.ts";
import { HOSTILE } from "./sample-facts.ts";

const by = { login: "mallory", commentId: 12 };

describe("the answer to a command that was refused", () => {
  test.each<[CommandRefusal, RegExp]>([
    [{ kind: "not_allowed" }, /^`mallory` can't write .*Ask somebody who can/],
    [
      { kind: "unknown", words: "approve" },
      /^`approve` is no command\..*\n\n- `\/relyloop reject <reason>`.*\n- `\/relyloop refresh`/,
    ],
    [{ kind: "unknown", words: "" }, /^`\/relyloop` alone says nothing/],
    [{ kind: "rejected_already" }, /rejected already.*make a new proposal/],
    [{ kind: "merged" }, /is merged.*revert it/],
    [{ kind: "pull_closed" }, /is closed.*Reopen it/],
  ])("says why, and what to do instead: %j", (refusal, says) => {
    const answer = commandAnswer(refusal, by);
    expect(answer).toMatch(says);
    expect(answer.endsWith(`\n\n${commandMarker(12)}`)).toBe(true);
    expect(answer.length).toBeLessThan(1_000);
    expect(parseCommand(answer), "it is no command itself").toBeNull();
  });

  test("quotes without mentioning, linking or breaking out", () => {
    for (const words of [HOSTILE, "@everyone", "x".repeat(5_000), `${commandMarker(13)}`]) {
      for (const refusal of [{ kind: "unknown", words } as const, { kind: "not_allowed" } as const]) {
        const rendered = render(commandAnswer(refusal, { login: words, commentId: 12 }));
        expect(rendered.links).toEqual([]);
        expect(rendered.images).toEqual([]);
        expect(rendered.html.filter((html) => !/^<\/?code>$/.test(html))).toEqual([commandMarker(12)]);
        expect(rendered.text).not.toMatch(/(?<![A-Za-z0-9])@(octocat|everyone)|#12|GH-12/);
      }
    }
  });

  test("is found by the number of the comment, and no other", () => {
    expect(commandMarker(123)).not.toContain(commandMarker(12));
  });
});
