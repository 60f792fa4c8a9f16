import { expect, it } from "vitest";
import { actorLabel } from "../../src/proposals/actor.ts";

it("who is behind a write is the person with the token, or the token alone", () => {
  expect(actorLabel({ token: "ui", person: "Ada Lovelace" })).toBe("Ada Lovelace (ui)");
  expect(actorLabel({ token: "ui", person: null })).toBe("ui");
});
