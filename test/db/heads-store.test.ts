import { sql } from "kysely";
import { v7 as uuidv7 } from "uuid";
import { beforeEach, describe, expect, it } from "vitest";
import { insertConfigRepo } from "../../src/db/config-repos-store.ts";
import {
  isHeadOfEndedSibling,
  listHeads,
  listUncleaned,
  markCleaned,
  markCleanTried,
  storeHead,
} from "../../src/db/heads-store.ts";
import { markRejected } from "../../src/db/open-pr-store.ts";
import { addProposal, addStudy, useStore } from "./store-fixtures.ts";

const store = useStore();
const SHA = "a".repeat(40);
const BRANCH = "relyloop/study-1";

let githubRepoId = 0;
let repo: string;
beforeEach(async () => {
  githubRepoId += 1;
  const row = await insertConfigRepo(store.db, {
    name: uuidv7(),
    repo_url: "https://github.com/acme/configs",
    github_repo_id: githubRepoId,
    owner: "acme",
    repo: "configs",
    default_branch: "main",
    pr_base_branch: "main",
    auth_ref: "1",
    status: "active",
    registered_via: "api",
  });
  repo = row.id;
});

const push = (proposal_id: string, head_sha = SHA, config_repo_id = repo) =>
  storeHead(store.db, {
    proposal_id,
    config_repo_id,
    branch: BRANCH,
    base_branch: "main",
    head_sha,
    attempt: 1,
  });

const anHourPasses = async (id: string): Promise<void> => {
  await sql`UPDATE proposal_heads SET stored_at = stored_at - interval '1 hour',
    clean_tried_at = clean_tried_at - interval '1 hour' WHERE proposal_id = ${id}`.execute(store.db);
  await sql`UPDATE proposals SET updated_at = updated_at - interval '1 hour' WHERE id = ${id}`.execute(
    store.db,
  );
};

const isUncleaned = async (id: string): Promise<boolean> =>
  (await listUncleaned(store.db, 1_000)).some(({ proposal_id }) => proposal_id === id);

describe("the heads of a proposal", () => {
  it("are kept all, newest first, and the same one once", async () => {
    const { id } = await addProposal(store.db);
    await push(id);
    await anHourPasses(id);
    await push(id, "b".repeat(40));
    await push(id, "b".repeat(40));
    expect((await listHeads(store.db, id)).map(({ head_sha }) => head_sha[0])).toEqual(["b", "a"]);
    expect(await listHeads(store.db, id, uuidv7())).toEqual([]);
  });
});

describe("a branch left by another proposal of the study", () => {
  const isLeft = (proposalId: string, sha = SHA, configRepoId = repo) =>
    isHeadOfEndedSibling(store.db, { proposalId, configRepoId, branch: BRANCH, sha });

  it("is known once that one has ended, by its very head and in its very repository", async () => {
    const study = await addStudy(store.db);
    const ended = await addProposal(store.db, study);
    await push(ended.id);
    expect(await isLeft(uuidv7())).toBe(false);
    await markRejected(store.db, ended.id, null);
    const next = await addProposal(store.db, study);
    expect(await isLeft(next.id)).toBe(true);
    expect(await isLeft(next.id, "b".repeat(40))).toBe(false);
    expect(await isLeft(next.id, SHA, uuidv7())).toBe(false);
    expect(await isLeft(ended.id)).toBe(false);
  });
});

describe("what a rejected or merged proposal left on GitHub", () => {
  it("is due for cleaning up again a while after the last try, until it is clean", async () => {
    const { id } = await addProposal(store.db);
    await push(id);
    await anHourPasses(id);
    expect(await isUncleaned(id)).toBe(false);
    await markRejected(store.db, id, null);
    expect(await isUncleaned(id)).toBe(false);
    await anHourPasses(id);
    expect(await isUncleaned(id)).toBe(true);
    await markCleanTried(store.db, id, repo);
    expect(await isUncleaned(id)).toBe(false);
    await anHourPasses(id);
    expect(await isUncleaned(id)).toBe(true);
    await markCleaned(store.db, id, repo);
    expect(await isUncleaned(id)).toBe(false);
  });

  it("is cleaned up after a merge too", async () => {
    const { id } = await addProposal(store.db);
    await push(id);
    const merged = { status: "pr_merged" as const, pr_merged_at: new Date() };
    await store.db.updateTable("proposals").set(merged).where("id", "=", id).execute();
    await anHourPasses(id);
    expect(await isUncleaned(id)).toBe(true);
  });
});
