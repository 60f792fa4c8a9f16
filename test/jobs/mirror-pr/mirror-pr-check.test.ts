import { describe, expect, it } from "vitest";
import { markRejected } from "../../../src/db/open-pr-store.ts";
import { reconciliationCause } from "../../../src/jobs/mirror-pr/reconciliation.ts";
import { jobIdOf } from "../../../src/queue/job-data.ts";
import { type Opened, useMirrorWorld } from "./mirror-world.ts";

const world = useMirrorWorld();

/** As the clock asks for it, turn by turn. */
const reconcile = (pull: Opened, turn: number) => pull.mirror({ cause: reconciliationCause(turn) });
const checkOf = (pull: Opened) =>
  world.sandbox.reportCheck(pull.repo, pull.number, {
    app: world.sandbox.app.slug,
    name: "relyloop/proposal",
    conclusion: "success",
  });

describe("another base branch", () => {
  it("is what the change is held against from then on: in the check and in the body, once for each time", async () => {
    const [pull] = await world.open();
    await world.sandbox.pushAs("alice", pull.repo, "stable", { "STABLE.md": "x\n" });
    for (const base of ["stable", "main"]) {
      world.tick();
      await world.sandbox.editPull(pull.repo, pull.number, { base });
      await pull.mirror({ request_id: `r-${base}` });
      await pull.mirror();
    }
    expect(world.sent).toMatchObject([
      { kind: "refresh_check", proposal_id: pull.id, body: true, request_id: "r-stable", delivery_id: null },
      { kind: "refresh_check", proposal_id: pull.id, body: true, request_id: "r-main", delivery_id: null },
    ]);
    expect(new Set(world.sent.map(jobIdOf)).size).toBe(2);
  });
});

describe("a head without the app's check", () => {
  it("gets it when the clock looks: whoever should have made it was lost", async () => {
    const [pull] = await world.open();
    await pull.mirror();
    expect(world.sent, "an event's job leaves it to the job that is under way").toEqual([]);
    await reconcile(pull, 1);
    const cost = world.reads();
    await reconcile(pull, 2);
    expect(cost().full, "also when GitHub's answer is what it was").toBe(0);
    expect(world.sent).toMatchObject(
      [1, 2].map(() => ({ kind: "refresh_check", proposal_id: pull.id, body: false, delivery_id: null })),
    );
    expect(new Set(world.sent.map(jobIdOf)).size, "one job, however often it is asked for").toBe(1);

    await checkOf(pull);
    world.sent.length = 0;
    await reconcile(pull, 3);
    expect(world.sent).toEqual([]);
    world.tick();
    await world.sandbox.pushToHead(pull.repo, pull.number);
    await reconcile(pull, 4);
    expect(world.sent, "somebody pushed, and nothing told us").toHaveLength(1);
  });

  it("is left alone where the app may not write checks", async () => {
    const [pull] = await world.open();
    const { id, permissions } = world.sandbox.installation("acme") as { id: number; permissions: object };
    const grant = (granted: object) =>
      world.db
        .updateTable("installations")
        .set({ permissions: JSON.stringify(granted) })
        .where("id", "=", id)
        .execute();
    await grant({ ...permissions, checks: "read" });
    await reconcile(pull, 1);
    expect(world.sent).toEqual([]);
    await grant(permissions);
    await reconcile(pull, 2);
    expect(world.sent, "until it may").toHaveLength(1);
  });

  it.each(["closed", "rejected"] as const)("is left alone once it is %s", async (how) => {
    const [pull] = await world.open();
    if (how === "closed") await world.sandbox.closePull(pull.repo, pull.number);
    else await markRejected(world.db, pull.id, null);
    await reconcile(pull, 1);
    expect(world.sent).toEqual([]);
  });
});
