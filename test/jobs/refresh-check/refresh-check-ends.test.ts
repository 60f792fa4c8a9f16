import { describe, expect, it } from "vitest";
import { driftSection } from "../../../src/proposals/pr-text/drift-section.ts";
import { type OpenOptions, SECRET, useGithub } from "./opened-proposal.ts";
import { openForRefresh } from "./refreshed-proposal.ts";

const context = useGithub();
const setUp = (options?: OpenOptions) => openForRefresh(context, options);

describe("the note on drift in the body", () => {
  it("is filled and emptied between its marks, and people's words stay", async () => {
    const opened = await setUp();
    const { sandbox } = context.github;
    const people = `Ada was here: @team\r\n\r\n${driftSection("")}\n\n*Bye* \\o/`;
    await sandbox.editPull(opened.repository.id, opened.number, { body: people });
    await opened.refresh(true);
    expect(await opened.body()).toBe(people);

    await opened.pushParams('{\n  "boost": 2.25,\n  "slop": 1\n}\n');
    await opened.refresh(true);
    const drifted = await opened.body();
    expect(drifted).toContain("| `boost` | `2` | `2.25` |");
    expect(drifted.startsWith("Ada was here: @team\r\n\r\n<!-- relyloop-drift -->")).toBe(true);
    expect(drifted.endsWith("\n\n*Bye* \\o/")).toBe(true);

    await opened.pushParams('{\n  "boost": 2,\n  "slop": 1\n}\n');
    await opened.refresh(true);
    expect(await opened.body()).toBe(people);
    expect(opened.logged.map(({ body }) => body)).toEqual(["unchanged", "replaced", "replaced"]);
  });

  it("is not touched unless the job asks for it", async () => {
    const opened = await setUp();
    await opened.pushParams('{\n  "boost": 2.25,\n  "slop": 1\n}\n');
    await opened.refresh(false);
    expect(await opened.body()).not.toContain("Drift");
  });

  it.each(["", "No marks here.", `${driftSection("")}${driftSection("")}`])(
    "leaves a body alone whose marks are not there once: %j",
    async (body) => {
      const opened = await setUp({ body });
      await opened.pushParams('{\n  "boost": 2.25,\n  "slop": 1\n}\n');
      await opened.refresh(true);
      expect(await opened.body()).toBe(body);
      expect(opened.logged).toMatchObject([{ event: "check_refreshed", body: "no_marks", check: "made" }]);
    },
  );

  it("keeps what somebody edits while the base branch is read", async () => {
    const opened = await setUp();
    await opened.pushParams('{\n  "boost": 2.25,\n  "slop": 1\n}\n');
    const { sandbox } = context.github;
    const path = `/api/v3/repos/${opened.repository.full_name}/check-runs`;
    const held = sandbox.faults.add({ method: "POST", path, fault: { kind: "hold", when: "before" } });
    const refreshed = opened.refresh(true);
    await sandbox.faults.held(held);
    const edited = `Edited meanwhile.\n\n${driftSection("")}`;
    await sandbox.editPull(opened.repository.id, opened.number, { body: edited });
    sandbox.faults.release(held);
    await refreshed;
    expect(await opened.body()).toMatch(/^Edited meanwhile\.\n\n<!-- relyloop-drift -->\n\n⚠️ \*\*Drift/);
  });
});

describe("without the permission to write checks", () => {
  it("the rest goes on", async () => {
    const permissions = { contents: "write", pull_requests: "write", metadata: "read" };
    const opened = await setUp({ permissions });
    await opened.pushParams('{\n  "boost": 2.25,\n  "slop": 1\n}\n');
    await opened.refresh(true);
    expect(await opened.checks()).toEqual([]);
    expect(await opened.body()).toContain("Drift");
    expect(await opened.events()).toMatchObject([{ data: { conclusion: "neutral", drift: 1 } }]);
    expect(opened.logged).toMatchObject([{ check: "off" }]);
  });

  it("whatever our row says, a refusal is not an error", async () => {
    const opened = await setUp();
    const path = `/api/v3/repos/${opened.repository.full_name}/check-runs`;
    const refusal = { status: 403, body: { message: "Resource not accessible by integration" } };
    context.github.sandbox.faults.add({ path, fault: { kind: "answer", ...refusal } });
    expect(await opened.refresh()).toBe("done");
    expect(opened.logged.at(-1)).toMatchObject({ event: "check_refreshed", check: "off" });
  });
});

describe("a proposal that is not open any more", () => {
  it.each(["pending", "rejected", "pr_merged"] as const)("is left alone: %s", async (status) => {
    const opened = await setUp();
    const changes = { status, pr_merged_at: new Date() };
    await context.db.updateTable("proposals").set(changes).where("id", "=", opened.id).execute();
    expect(await opened.refresh(true)).toBe("done");
    expect(await opened.checks()).toEqual([]);
    expect(opened.logged).toEqual([]);
  });

  it("on GitHub, is left alone too", async () => {
    const opened = await setUp();
    await context.github.sandbox.closePull(opened.repository.id, opened.number);
    expect(await opened.refresh(true)).toBe("done");
    expect(await opened.checks()).toEqual([]);
  });

  it("because somebody rejects it meanwhile, gets no word more", async () => {
    const opened = await setUp();
    const { faults } = context.github.sandbox;
    const path = `/api/v3/repos/${opened.repository.full_name}/commits/*`;
    const held = faults.add({ method: "GET", path, fault: { kind: "hold", when: "before" } });
    const refreshed = opened.refresh(true);
    await faults.held(held);
    await context.db
      .updateTable("proposals")
      .set({ status: "rejected" })
      .where("id", "=", opened.id)
      .execute();
    faults.release(held);
    expect(await refreshed).toBe("done");
    expect(await opened.checks()).toEqual([]);
    expect(await opened.events()).toEqual([]);
  });
});

describe("secrets that got into the database", () => {
  it.each<[string, "string" | "float"]>([
    ["where the change applies", "string"],
    ["where it is refused with a message that names them", "float"],
  ])("do not get out %s", async (_, type) => {
    const name = `p_${SECRET}`;
    const opened = await setUp({
      study: { name: SECRET },
      diff: { [name]: { from: SECRET, to: `x${SECRET}` } },
      declared: { [name]: type },
    });
    await opened.refresh(true);
    const { output } = await opened.theCheck();
    const told = JSON.stringify([output, await opened.body(), await opened.events()]);
    expect(told).not.toMatch(/horse|battery/);
    expect(output.summary).toContain("redacted");
    expect(output.text).toContain("redacted");
  });
});
