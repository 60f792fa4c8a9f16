import { describe, expect, it } from "vitest";
import { type Opened, useMirrorWorld } from "./mirror-world.ts";

const world = useMirrorWorld();
const pullPath = ({ number }: Opened) => `/api/v3/repos/acme/*/pulls/${number}`;

describe("a pull request that can't be read", () => {
  it.each(["removed", "suspended"] as const)(
    "ends quietly, without a request: its repository is %s",
    async (status) => {
      const [pull] = await world.open();
      await world.db
        .updateTable("config_repos")
        .set({ status })
        .where("id", "=", pull.configRepoId)
        .execute();
      const cost = world.reads();
      expect(await pull.mirror()).toBe("done");
      expect(cost().all).toBe(0);
    },
  );

  it("is not one in an archived repository: what was merged before is seen, whichever event came first", async () => {
    const [pull] = await world.open();
    await world.sandbox.mergePull(pull.repo, pull.number);
    await world.sandbox.archiveRepository(pull.repo);
    const archived = { status: "archived" as const };
    await world.db.updateTable("config_repos").set(archived).where("id", "=", pull.configRepoId).execute();
    await pull.mirror();
    expect(await pull.row()).toMatchObject({ status: "pr_merged" });
  });

  it("ends quietly when GitHub does not know it, and changes nothing", async () => {
    const [pull] = await world.open();
    await pull.mirror();
    await world.sandbox.closePull(pull.repo, pull.number);
    const body = { message: "Not Found" };
    world.sandbox.faults.add({ path: pullPath(pull), fault: { kind: "answer", status: 404, body } });
    const before = await pull.row();
    expect(await pull.mirror()).toBe("done");
    expect(await pull.row()).toEqual(before);
  });

  it("is not another repository's of the same name and number", async () => {
    const [pull] = await world.open(1, "taken-over");
    const [other] = await world.open(1, "taken-over-by");
    await world.sandbox.closePull(other.repo, other.number);
    const { full_name } = world.sandbox.repository(other.repo);
    const [, repo = ""] = full_name.split("/");
    const where = { owner: "acme", repo, github_repo_id: pull.repo };
    await world.db.updateTable("config_repos").set(where).where("id", "=", pull.configRepoId).execute();
    const before = await pull.row();
    const { responseBody } = await readingOf(other);
    const fault = { kind: "answer" as const, status: 200, body: responseBody as object };
    world.sandbox.faults.add({ path: `/api/v3/repos/${full_name}/pulls/1`, fault });
    expect(await pull.mirror()).toBe("done");
    expect(await pull.row()).toEqual(before);
  });

  it("is none that nobody recorded", async () => {
    const [pull] = await world.open();
    const none = { status: "pending" as const, pr_number: null, pr_url: null };
    await world.db.updateTable("proposals").set(none).where("id", "=", pull.id).execute();
    const cost = world.reads();
    expect(await pull.mirror()).toBe("done");
    expect(await pull.mirror({ proposal_id: "0198a0c0-0000-7000-8000-00000000dead" })).toBe("done");
    expect(cost().all).toBe(0);
  });
});

/** GitHub's answer about a pull request. */
const readingOf = async (pull: Opened) => {
  await pull.mirror();
  const reading = world.exchanges.findLast(
    ({ path, status }) => path.endsWith(`/pulls/${pull.number}`) && status === 200,
  );
  if (reading === undefined) throw new Error("it was just read");
  return reading;
};
