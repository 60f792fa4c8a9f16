import nock from "nock";
import { expect, it } from "vitest";
import { createReactions } from "../../src/github/reactions.ts";
import { API, createClientFixture, useNock } from "../support/github-fixture.ts";

useNock();

it("a reaction is sent again after an uncertain answer, because reacting twice is reacting once", async () => {
  const { client, clock } = createClientFixture();
  const send = () =>
    nock(API).post("/repos/acme/search-config/issues/comments/5/reactions", { content: "+1" });
  send().reply(502);
  send().reply(200, { id: 1 });
  await createReactions(client).react(5, "+1");
  expect(clock.waits).toEqual([500]);
});
