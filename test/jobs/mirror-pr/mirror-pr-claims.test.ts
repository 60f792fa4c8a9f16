import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ProposalRow } from "../../../src/db/proposals-store.ts";
import { reconciliationCause } from "../../../src/jobs/mirror-pr/reconciliation.ts";
import type { PullSaid } from "../../../src/queue/event-jobs.ts";
import { configRepoOf, mirrorOf, type Opened, useMirrorWorld } from "./mirror-world.ts";

const world = useMirrorWorld();
const RUNS = 15;
/** Some hundred requests, on a machine that may be busy. */
const TIMEOUT_MS = 120_000;

const iso = (date: Date | number) => new Date(date).toISOString();
/** GitHub's times have whole seconds. */
const githubTime = () => iso(Math.floor(world.clock.now() / 1_000) * 1_000);
const pullPath = ({ number }: Opened) => `/api/v3/repos/acme/*/pulls/${number}`;
/** From now on the API answers as it does now, so many times. */
const lag = (pull: Opened, times: number | null = 1) =>
  world.sandbox.faults.add({ path: pullPath(pull), times, fault: { kind: "stale" } });

describe("an API that lags behind its event", () => {
  it("is asked again, until it shows what the event said", async () => {
    const [pull] = await world.open();
    await pull.mirror();
    lag(pull, 2);
    world.tick();
    await world.sandbox.mergePull(pull.repo, pull.number);
    const said = { state: "merged" as const, updated_at: githubTime() };
    expect(await pull.mirror({ said })).toBe("lagging");
    expect(await pull.mirror({ said, looks: 1 })).toBe("lagging");
    expect(await pull.row()).toMatchObject({ status: "pr_opened" });
    expect(await pull.mirror({ said, looks: 2 })).toBe("done");
    expect(await pull.row()).toMatchObject({ status: "pr_merged" });
  });

  it("is noticed by an older time too, whatever the state", async () => {
    const [pull] = await world.open();
    await pull.mirror();
    const said = { state: null, updated_at: iso(world.clock.now() + 5_000) };
    expect(await pull.mirror({ said })).toBe("lagging");
  });

  it("never takes back what is stored: an older answer is read again, and stored by nobody", async () => {
    const [pull] = await world.open();
    await pull.mirror();
    lag(pull);
    world.tick();
    await world.sandbox.closePull(pull.repo, pull.number);
    // Another look saw it closed, as one that reads from another of GitHub's machines.
    const closed = { pr_state: "closed" as const, pr_updated_at: githubTime() };
    await world.db.updateTable("proposals").set(closed).where("id", "=", pull.id).execute();
    const other = JSON.stringify({});
    await world.db
      .updateTable("pull_mirrors")
      .set({ parts: other })
      .where("proposal_id", "=", pull.id)
      .execute();
    const before = await mirrorOf(world.db, pull.id);
    expect(await pull.mirror()).toBe("lagging");
    expect(await pull.row()).toMatchObject({ pr_state: "closed" });
    expect(await mirrorOf(world.db, pull.id)).toEqual(before);
    expect(await pull.mirror()).toBe("done");
    expect(await pull.events()).toEqual([]);
  });

  it("is not stored after a later look, however long its answers were on their way", async () => {
    const [pull] = await world.open();
    const path = "/api/v3/repos/acme/*/commits/*/status";
    await world.sandbox.setStatus(pull.repo, pull.number, { state: "success" });
    const held = world.sandbox.faults.add({ path, fault: { kind: "hold", when: "after" } });
    const slow = pull.mirror();
    await world.sandbox.faults.held(held);
    await world.sandbox.setStatus(pull.repo, pull.number, { state: "failure" });
    expect(await pull.mirror()).toBe("done");
    world.sandbox.faults.release(held);
    expect(await slow, "it looks again").toBe("lagging");
    expect(await pull.row()).toMatchObject({ pr_checks: "failure" });
    expect(await pull.kinds()).toEqual(["pr_checks_changed"]);
  });

  it("is not what a false claim is taken for in the end: it changes nothing, and costs no full answer", async () => {
    const [pull] = await world.open();
    await pull.mirror();
    const before = await pull.row();
    const said = { state: "merged" as const, updated_at: "2999-01-01T00:00:00Z" };
    const cost = world.reads();
    for (const looks of [0, 1, 2, 3]) expect(await pull.mirror({ said, looks })).toBe("lagging");
    expect(cost().full).toBe(0);
    expect(await pull.row()).toEqual(before);
    expect(await pull.events()).toEqual([]);
  });
});

describe("claims in every order", () => {
  const permutations = (of: number[]): number[][] =>
    of.length === 0
      ? [[]]
      : of.flatMap((first) =>
          permutations(of.filter((one) => one !== first)).map((rest) => [first, ...rest]),
        );
  const orders = permutations([0, 1, 2, 3]);

  it("of {opened, closed, reopened, merged} end in the state GitHub has", async () => {
    expect(orders).toHaveLength(24);
    const [pull] = await world.open();
    const { repo, number } = pull;
    const before = await pull.row();
    const claims: PullSaid[] = [];
    const claim = (state: "open" | "closed" | "merged") => claims.push({ state, updated_at: githubTime() });
    claim("open");
    world.tick();
    await world.sandbox.closePull(repo, number);
    claim("closed");
    world.tick();
    await world.sandbox.reopenPull(repo, number);
    claim("open");
    world.tick();
    await world.sandbox.mergePull(repo, number);
    claim("merged");
    for (const [index, order] of orders.entries()) {
      await startAgain(before);
      for (const nth of order) await pull.mirror({ said: claims[nth] ?? null });
      expect(await pull.row()).toMatchObject({ status: "pr_merged", pr_state: "merged" });
      expect(await pull.kinds()).toEqual(Array.from({ length: index + 1 }, () => "pr_merged"));
    }
    expect((await configRepoOf(world.db, pull.configRepoId))?.last_merged_proposal_id).toBe(pull.id);
  });

  /** The proposal as it was recorded, of which nothing has been heard since. */
  const startAgain = async ({ id, status, pr_state, pr_updated_at }: ProposalRow) => {
    const row = { status, pr_state, pr_updated_at, pr_merged_at: null };
    await world.db.updateTable("proposals").set(row).where("id", "=", id).execute();
    const mirror = { parts: "{}", read_at: null };
    await world.db.updateTable("pull_mirrors").set(mirror).where("proposal_id", "=", id).execute();
  };

  it(
    "between what people do, with an API that lags now and then, end there too; each change is told once",
    async () => {
      const act = fc.constantFrom(
        "close",
        "reopen",
        "draft",
        "ready",
        "merge",
        "look",
        "lag",
        "wait" as const,
      );
      const property = fc.asyncProperty(fc.array(act, { maxLength: 12 }), async (acts) => {
        const [pull] = await world.open();
        for (const one of acts) await perform(one, pull);
        world.sandbox.faults.clear();
        await pull.mirror();

        const [present] = await world.sandbox.pulls(pull.repo);
        const row = await pull.row();
        expect(row.pr_state).toBe(present?.merged ? "merged" : present?.state);
        expect(row.status).toBe(present?.merged ? "pr_merged" : "pr_opened");
        expect(row.pr_draft).toBe(present?.draft);
        const kinds = await pull.kinds();
        expect(kinds.filter((kind) => kind === "pr_merged")).toHaveLength(present?.merged ? 1 : 0);
        for (const [there, back] of [
          ["pr_closed", "pr_reopened"],
          ["pr_converted_to_draft", "pr_ready_for_review"],
        ]) {
          const turns = kinds.filter((kind) => kind === there || kind === back);
          expect(turns).toEqual(turns.map((_, index) => (index % 2 === 0 ? there : back)));
        }
      });
      await fc.assert(property, { numRuns: RUNS });
    },
    TIMEOUT_MS,
  );

  const perform = async (act: string, pull: Opened): Promise<void> => {
    const { sandbox } = world;
    const { repo, number } = pull;
    const [present] = await sandbox.pulls(repo);
    if (act === "wait") return world.tick();
    if (act === "lag") return void lag(pull);
    if (act === "look") return void (await pull.mirror());
    if (present === undefined || present.merged) return;
    const open = present.state === "open";
    if (act === "close" && open) await sandbox.closePull(repo, number);
    if (act === "reopen" && !open) await sandbox.reopenPull(repo, number);
    if (act === "draft" && open && !present.draft) await sandbox.convertToDraft(repo, number);
    if (act === "ready" && open && present.draft) await sandbox.readyForReview(repo, number);
    if (act === "merge" && open && !present.draft) await sandbox.mergePull(repo, number);
  };
});

describe("what a look costs", () => {
  it("is nothing of the rate limit while nothing has changed", async () => {
    const [pull] = await world.open();
    const first = world.reads();
    await pull.mirror();
    expect(first()).toEqual({ all: 4, full: 4 });
    const second = world.reads();
    await pull.mirror();
    expect(second()).toEqual({ all: 4, full: 0 });
    await world.sandbox.setStatus(pull.repo, pull.number, { state: "success" });
    const third = world.reads();
    await pull.mirror();
    expect(third()).toEqual({ all: 4, full: 1 });
    world.tick();
    await world.sandbox.pushToHead(pull.repo, pull.number);
    const fourth = world.reads();
    await pull.mirror();
    expect(fourth(), "of another head nothing is known").toEqual({ all: 4, full: 3 });
  });

  it("is one look for a burst of events that were received before it", async () => {
    const [pull] = await world.open();
    const asked_at = iso(world.clock.now());
    await world.sandbox.reportCheck(pull.repo, pull.number, { conclusion: "failure" });
    world.tick();
    const cost = world.reads();
    for (let nth = 0; nth < 30; nth++) expect(await pull.mirror({ asked_at, cause: `${nth}` })).toBe("done");
    expect(cost().all).toBe(4);
    expect(await pull.kinds()).toEqual(["pr_checks_changed"]);
    world.tick();
    await pull.mirror();
    expect(cost().all, "one that was received later looks again").toBe(8);
  });

  it("is paid although one began since, while the row does not say what the event said", async () => {
    const [pull] = await world.open();
    const asked_at = iso(world.clock.now());
    world.tick();
    await pull.mirror();
    const cost = world.reads();
    const { pr_updated_at } = await pull.row();
    await pull.mirror({ asked_at, said: { state: "open", updated_at: pr_updated_at?.toISOString() ?? "" } });
    expect(cost().all).toBe(0);
    await pull.mirror({
      asked_at,
      said: { state: "closed", updated_at: pr_updated_at?.toISOString() ?? "" },
    });
    expect(cost().all).toBe(4);
  });

  it("is left to what people wait for, when few requests are left and the clock alone asks", async () => {
    const [pull] = await world.open();
    world.limits.remaining = 999;
    await world.sandbox.closePull(pull.repo, pull.number);
    const cost = world.reads();
    expect(await pull.mirror({ cause: reconciliationCause(1) })).toBe("done");
    expect(cost().all).toBe(0);
    expect(await pull.row()).toMatchObject({ pr_state: "open" });
    await pull.mirror();
    expect(await pull.row(), "an event is not put off").toMatchObject({ pr_state: "closed" });
    world.limits.remaining = 1_000;
    await pull.mirror({ cause: reconciliationCause(1) });
    expect(cost().all).toBe(2);
  });
});
