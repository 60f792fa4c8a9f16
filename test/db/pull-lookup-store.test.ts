import { describe, expect, it } from "vitest";
import { type LookedUp, lookUp } from "../../src/db/pull-lookup-store.ts";
import { addPull } from "../webhooks/webhook-harness.ts";
import { useStore } from "./store-fixtures.ts";

const store = useStore();
const HEAD = "b".repeat(40);

/** The proposals each of the asked for came to. */
const proposalsOf = async (...asked: LookedUp[]) => {
  const found = await lookUp(store.db, asked);
  return asked.map((_, at) =>
    found.filter(({ position }) => position === at).map(({ proposal_id }) => proposal_id),
  );
};

const addMirror = (proposal_id: string, head_sha: string) =>
  store.db.insertInto("pull_mirrors").values({ proposal_id, head_sha, parts: "{}" }).execute();

describe("looking up what an event speaks of", () => {
  it("finds a pull request by repository and number, whatever became of its proposal", async () => {
    const open = await addPull(store.db);
    const rejected = await addPull(store.db, { status: "rejected" });
    const of = ({ repositoryId, number }: typeof open) => ({ repository_id: repositoryId, number });
    expect(await proposalsOf(of(open), of(rejected))).toEqual([[open.proposalId], [rejected.proposalId]]);
  });

  it("takes neither another repository's pull request nor another number", async () => {
    const first = await addPull(store.db, { number: 7 });
    const second = await addPull(store.db, { number: 8 });
    expect(
      await proposalsOf(
        { repository_id: first.repositoryId, number: 8 },
        { repository_id: second.repositoryId, number: 7 },
        { repository_id: 1, number: 7 },
      ),
    ).toEqual([[], [], []]);
  });

  it("finds a commit that we pushed, and one that people pushed on top", async () => {
    const pull = await addPull(store.db);
    await addMirror(pull.proposalId, HEAD);
    const repository_id = pull.repositoryId;
    expect(
      await proposalsOf(
        { repository_id, sha: pull.headSha },
        { repository_id, sha: HEAD },
        { repository_id, sha: "c".repeat(40) },
      ),
    ).toEqual([[pull.proposalId], [pull.proposalId], []]);
  });

  it("names a proposal once when both heads are the same", async () => {
    const pull = await addPull(store.db, { headSha: "d".repeat(40) });
    await addMirror(pull.proposalId, pull.headSha);
    expect(await proposalsOf({ repository_id: pull.repositoryId, sha: pull.headSha })).toEqual([
      [pull.proposalId],
    ]);
  });

  it("takes no commit in another repository, such as a fork with the same one", async () => {
    const pull = await addPull(store.db);
    const other = await addPull(store.db);
    await addMirror(pull.proposalId, "e".repeat(40));
    expect(
      await proposalsOf(
        { repository_id: other.repositoryId, sha: pull.headSha },
        { repository_id: other.repositoryId, sha: "e".repeat(40) },
      ),
    ).toEqual([[], []]);
  });

  it("looks at commits only while there is something to mirror", async () => {
    const rejected = await addPull(store.db, { status: "rejected" });
    expect(await proposalsOf({ repository_id: rejected.repositoryId, sha: rejected.headSha })).toEqual([
      [rejected.proposalId],
    ]);
    const merged = await addPull(store.db);
    await store.db
      .updateTable("proposals")
      .set({ status: "pr_merged", pr_state: "merged", pr_merged_at: new Date() })
      .where("id", "=", merged.proposalId)
      .execute();
    await addMirror(merged.proposalId, HEAD);
    const repository_id = merged.repositoryId;
    expect(await proposalsOf({ repository_id, sha: merged.headSha }, { repository_id, sha: HEAD })).toEqual([
      [],
      [],
    ]);
    expect(await proposalsOf({ repository_id, number: merged.number }), "by its number it is found").toEqual([
      [merged.proposalId],
    ]);
  });

  it("takes no commit that was stored and never opened as a pull request", async () => {
    const pull = await addPull(store.db);
    await store.db
      .updateTable("proposals")
      .set({ status: "pending", pr_number: null, pr_url: null, pr_state: null })
      .where("id", "=", pull.proposalId)
      .execute();
    expect(await proposalsOf({ repository_id: pull.repositoryId, sha: pull.headSha })).toEqual([[]]);
  });

  it("finds the installation a repository is reached through", async () => {
    const pull = await addPull(store.db);
    expect(await lookUp(store.db, [{ repository_id: 1 }, { repository_id: pull.repositoryId }])).toEqual([
      { position: 1, proposal_id: null, auth_ref: String(pull.installationId) },
    ]);
  });

  it("asks nothing for nothing", async () => {
    expect(await lookUp(undefined as never, [])).toEqual([]);
  });
});
