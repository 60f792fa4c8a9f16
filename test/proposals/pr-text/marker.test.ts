import { describe, expect, it } from "vitest";
import { commandMarker } from "../../../src/proposals/pr-text/command-answer.ts";
import { closeMarker, markOf, proposalMarker } from "../../../src/proposals/pr-text/marker.ts";

const ID = "0198a0c0-0000-7000-8000-000000000001";

describe("the hidden mark of a text", () => {
  it.each([proposalMarker(ID), closeMarker(ID), commandMarker(77)])("is found again: %s", (mark) => {
    expect(markOf(`Some words\n\n${mark}\n`)).toBe(mark);
  });

  it.each(["", "relyloop-proposal", "<!-- relyloop-proposal: -->", "<!-- relyloop-other: 1 -->"])(
    "is not seen where there is none: %j",
    (text) => {
      expect(markOf(text)).toBeNull();
    },
  );
});
