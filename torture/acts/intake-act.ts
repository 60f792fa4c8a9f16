import assert from "node:assert/strict";
import { WEBHOOKS_PATH } from "../../src/http/routes/webhook-routes.ts";
import { takeTurn } from "../../test/support/schedules.ts";
import type { Act } from "./act.ts";
import { openedProposal } from "./opened.ts";
import { assertTold, timelineOf } from "./timeline.ts";

/** GitHub delivers that a person closed the pull request; the web process that takes it in may die. */
export const intakeAct: Act = {
  name: "webhook intake",
  actor: "web",
  prepare: async (stage) => {
    const { sandbox, api, db, databaseUrl } = stage.service;
    const { hooks } = sandbox;
    // Opening it is heard by the part of the service that is not looked at.
    const watched = hooks.url();
    await hooks.setUrl(`${api.url}${WEBHOOKS_PATH}`);
    const { proposalId, number } = await openedProposal(stage);
    const before = new Set(hooks.deliveries().map(({ guid }) => guid));
    await hooks.setUrl(watched);
    return {
      begin: async () => {
        await sandbox.closePull(stage.scenario.repository.id, number);
        await hooks.idle();
      },
      recover: () => takeTurn(databaseUrl, "redeliver_failed"),
      check: async () => {
        const guids = new Set(hooks.deliveries().flatMap(({ guid }) => (before.has(guid) ? [] : [guid])));
        assert.ok(guids.size > 0, "GitHub delivered something");
        const rows = await db
          .selectFrom("webhook_deliveries")
          .select(["delivery_id", "status"])
          .where("delivery_id", "in", [...guids])
          .execute();
        assert.equal(rows.length, guids.size, "each delivery is stored once");
        assert.deepEqual(
          rows.filter(({ status }) => status !== "processed" && status !== "ignored"),
          [],
          "each delivery is processed",
        );
        const { pr_state } = await api.proposal(proposalId);
        assert.equal(pr_state, "closed");
        assertTold(await timelineOf(stage, proposalId), ["pr_closed"]);
      },
    };
  },
};
