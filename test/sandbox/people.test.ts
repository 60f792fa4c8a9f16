import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox.ts";

const REPO = "acme/search-config";
/** Somebody without any access. */
const person = "mallory";

let world: TestSandbox;
let authorization: string;
let count = 0;
beforeAll(async () => {
  world = await startTestSandbox();
  authorization = `token ${await world.client.token()}`;
});
afterAll(() => world.close());

const get = (path: string) => world.client.send("GET", `/repos/${REPO}${path}`, { authorization });

async function open(options: { person?: string; draft?: boolean } = {}): Promise<number> {
  count += 1;
  const head = `topic-${count}`;
  await world.sandbox.pushAs("bob", REPO, head, { [`${head}.txt`]: "1\n" });
  return (await world.sandbox.openPull(REPO, { title: head, head, ...options })).number;
}

describe("somebody without write access", () => {
  const refused: [string, (sandbox: Sandbox, number: number) => Promise<unknown>][] = [
    ["merge", (sandbox, number) => sandbox.mergePull(REPO, number, { person })],
    ["close", (sandbox, number) => sandbox.closePull(REPO, number, { person })],
    ["edit", (sandbox, number) => sandbox.editPull(REPO, number, { person, title: "Mine" })],
    ["make a draft", (sandbox, number) => sandbox.convertToDraft(REPO, number, { person })],
    ["push to the head", (sandbox, number) => sandbox.pushToHead(REPO, number, { person })],
    ["push to the base", (sandbox, number) => sandbox.pushToBase(REPO, number, { person })],
    ["reset the head", (sandbox, number) => sandbox.resetHead(REPO, number, { person })],
    ["delete the branch", (sandbox, number) => sandbox.deleteHeadBranch(REPO, number, { person })],
    ["set a status", (sandbox, number) => sandbox.setStatus(REPO, number, { person, state: "success" })],
    ["re-run the checks", (sandbox, number) => sandbox.rerunChecks(REPO, number, { person })],
  ];
  it.each(refused)("can't %s", async (_title, act) => {
    const number = await open();
    await expect(act(world.sandbox, number)).rejects.toThrow("Must have push access to repository.");
    expect((await world.sandbox.pulls(REPO)).find((pull) => pull.number === number)).toMatchObject({
      state: "open",
      draft: false,
    });
  });

  it("can comment and review, and change their own words only", async () => {
    const { sandbox } = world;
    const number = await open();
    const alices = await sandbox.commentOnPull(REPO, number, { body: "Hers." });
    const theirs = await sandbox.commentOnPull(REPO, number, { person, body: "Mine." });
    expect((await sandbox.editComment(REPO, theirs.id, { person, body: "Changed." })).body).toBe("Changed.");
    await expect(sandbox.editComment(REPO, alices.id, { person, body: "Taken." })).rejects.toThrow(
      "push access",
    );
    await expect(sandbox.deleteComment(REPO, alices.id, { person })).rejects.toThrow("push access");
    await sandbox.deleteComment(REPO, theirs.id, { person });
    expect((await sandbox.comments(REPO, number)).map(({ id }) => id)).toEqual([alices.id]);
    const { id } = await sandbox.reviewPull(REPO, number, { person, state: "changes_requested" });
    await expect(sandbox.dismissReview(REPO, number, id, { person })).rejects.toThrow("push access");
  });

  it("can close what is theirs", async () => {
    const number = await open({ person });
    await world.sandbox.closePull(REPO, number, { person });
    await world.sandbox.reopenPull(REPO, number, { person });
  });

  it("has it once they are given a role that writes", async () => {
    const { sandbox } = world;
    const number = await open();
    await sandbox.setCollaborator(REPO, "trudy", "triage");
    await expect(sandbox.mergePull(REPO, number, { person: "trudy" })).rejects.toThrow("push access");
    await sandbox.setCollaborator(REPO, "trudy", "maintain");
    await sandbox.mergePull(REPO, number, { person: "trudy" });
  });
});

describe("nobody", () => {
  it("judges their own pull request", async () => {
    const { sandbox } = world;
    const number = await open({ person: "bob" });
    const approve = sandbox.reviewPull(REPO, number, { person: "bob", state: "approved" });
    await expect(approve).rejects.toThrow("Can not approve your own pull request");
    await sandbox.reviewPull(REPO, number, { person: "bob", state: "commented", body: "Note." });
  });

  it("merges a draft, or reopens what was merged, or what was force-pushed while it was closed", async () => {
    const { sandbox } = world;
    const number = await open({ draft: true });
    expect((await get(`/pulls/${number}`)).body).toMatchObject({ draft: true, mergeable_state: "draft" });
    await expect(sandbox.mergePull(REPO, number)).rejects.toThrow("still a draft");
    await sandbox.readyForReview(REPO, number);
    await sandbox.closePull(REPO, number);
    const { ref } = (await get(`/pulls/${number}`)).body.head;
    const root = (await sandbox.git(REPO, "rev-list", "--max-parents=0", "main")).trim();
    await sandbox.pushAs("bob", REPO, ref, { "other.txt": "x" }, { parent: root });
    const reopening = sandbox.reopenPull(REPO, number);
    await expect(reopening).rejects.toMatchObject({
      problems: [{ message: expect.stringContaining("was force-pushed or recreated") }],
    });
    await expect(sandbox.convertToDraft(REPO, number)).rejects.toThrow("Validation Failed");
    const merged = await open();
    await sandbox.mergePull(REPO, merged);
    await expect(sandbox.reopenPull(REPO, merged)).rejects.toThrow("Validation Failed");
  });

  it("changes anything in an archived repository", async () => {
    const { sandbox } = world;
    const number = await open();
    await sandbox.archiveRepository(REPO);
    const archived = "Repository was archived so is read-only.";
    await expect(sandbox.closePull(REPO, number)).rejects.toThrow(archived);
    await expect(sandbox.commentOnPull(REPO, number, { body: "x" })).rejects.toThrow(archived);
    await expect(sandbox.reportCheck(REPO, number)).rejects.toThrow(archived);
    await sandbox.archiveRepository(REPO, false);
  });

  it("restores a branch that is there", async () => {
    const number = await open();
    await expect(world.sandbox.restoreHeadBranch(REPO, number)).rejects.toThrow("Validation Failed");
  });
});

describe("the base of a pull request", () => {
  it("changes to a branch that is there and lacks its commits, while it is open", async () => {
    const { sandbox } = world;
    const number = await open();
    const { ref, sha } = (await get(`/pulls/${number}`)).body.head;
    await sandbox.setBranch(REPO, "old", (await sandbox.git(REPO, "rev-parse", "main~1")).trim());
    await sandbox.setBranch(REPO, "same", sha);
    await sandbox.editPull(REPO, number, { base: "old" });
    expect((await get(`/pulls/${number}`)).body).toMatchObject({ base: { ref: "old" }, head: { ref } });
    for (const base of ["nowhere", "same"])
      await expect(sandbox.editPull(REPO, number, { base })).rejects.toThrow("Validation Failed");
    await sandbox.openPull(REPO, { title: "Second", head: ref, base: "main" });
    await expect(sandbox.editPull(REPO, number, { base: "main" })).rejects.toThrow("Validation Failed");
    await sandbox.closePull(REPO, number);
    await expect(sandbox.editPull(REPO, number, { base: "main" })).rejects.toThrow("Validation Failed");
    await sandbox.editPull(REPO, number, { title: "A closed one's title may change" });
  });
});

describe("a pull request from a fork", () => {
  it("has its head in the fork, also when the branch is called like one of ours", async () => {
    const { sandbox } = world;
    const branch = "relyloop/study-1";
    await sandbox.pushAs("bob", REPO, branch, { "ours.txt": "ours" });
    const ours = await sandbox.openPull(REPO, { title: "Ours", head: branch });
    const fork = await sandbox.fork(REPO, person);
    expect(fork).toMatchObject({ full_name: `${person}/search-config`, fork_of: REPO });
    const sha = await sandbox.pushAs(person, fork.id, branch, { "theirs.txt": "theirs" });
    const theirs = await sandbox.openPull(REPO, { person, title: "Theirs", head: `${person}:${branch}` });
    expect((await get(`/pulls/${theirs.number}`)).body).toMatchObject({
      head: { label: `${person}:${branch}`, ref: branch, sha, repo: { id: fork.id, fork: true } },
      base: { repo: { id: sandbox.repository(REPO).id, forks_count: 1 } },
      author_association: "NONE",
    });
    const ofHead = async (owner: string) =>
      (await get(`/pulls?head=${owner}:${encodeURIComponent(branch)}`)).body.map(
        (pull: { number: number }) => pull.number,
      );
    expect(await ofHead("acme")).toEqual([ours.number]);
    expect(await ofHead(person)).toEqual([theirs.number]);
    const again = sandbox.openPull(REPO, { person, title: "Again", head: `${person}:${branch}` });
    await expect(again).rejects.toMatchObject({
      problems: [{ message: `A pull request already exists for ${person}:${branch}.` }],
    });
  });

  it("follows the fork, is merged out of it, and outlives it", async () => {
    const { sandbox } = world;
    const fork = await sandbox.fork(REPO, "oscar");
    await sandbox.pushAs("oscar", fork.id, "fix", { "fix.txt": "1" });
    const options = { person: "oscar", title: "Fix" };
    const { number } = await sandbox.openPull(REPO, { ...options, head: "oscar:fix" });
    const sha = await sandbox.pushToHead(REPO, number, { person: "oscar" });
    expect((await get(`/pulls/${number}`)).body).toMatchObject({ commits: 2, head: { sha } });
    await expect(sandbox.pushToHead(REPO, number, { person })).rejects.toThrow("push access");
    await sandbox.mergePull(REPO, number);
    expect(await sandbox.git(REPO, "log", "-1", "--format=%s", "main")).toBe(
      `Merge pull request #${number} from oscar/fix\n`,
    );
    await sandbox.pushAs("oscar", fork.id, "late", { "late.txt": "1" });
    const late = await sandbox.openPull(REPO, { ...options, head: "oscar:late" });
    await sandbox.deleteRepository(fork.id);
    // Not over REST: there GitHub answers a null that its own description does not allow.
    const left = (await sandbox.pulls(REPO)).find((pull) => pull.number === late.number);
    expect(left).toMatchObject({ state: "open", head: { ref: "late", repo: null } });
    await sandbox.mergePull(REPO, late.number);
  });
});
