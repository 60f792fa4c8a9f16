import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { proposalMarker } from "../../../src/proposals/pr-text/marker.ts";
import { assertOpened, openedProposal } from "../../../torture/acts/opened.ts";
import { openStage, type Stage } from "../../../torture/boundaries/stage.ts";
import { createTestDatabase } from "../../support/postgres.ts";

/** What the tormented service is held to, on one that nobody torments, with defects made by hand. */
let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ createDatabase: createTestDatabase });
  await stage.startActor("worker");
});
afterAll(() => stage.close());

describe("an opened proposal", () => {
  it("is as promised when nothing went wrong, and not when something did", async () => {
    const opened = await openedProposal(stage);
    await expect(assertOpened(stage, opened)).resolves.toMatchObject({ status: "pr_opened" });

    const { sandbox } = stage.service;
    const { id } = stage.scenario.repository;
    // No event of it, or it would be tidied up.
    sandbox.hooks.addRule({ do: "lose", times: null });
    const body = `Once more ${proposalMarker(opened.proposalId)}`;
    await sandbox.commentOnPull(id, opened.number, { body, person: sandbox.app.bot_login });
    await expect(assertOpened(stage, opened)).rejects.toThrow("2 comments of ours");

    await sandbox.pushAs("alice", id, opened.branch, { "NEWS.md": "Mine\n" });
    await expect(assertOpened(stage, opened)).rejects.toThrow();
    await sandbox.deleteBranch(id, opened.branch);
    await expect(assertOpened(stage, opened)).rejects.toThrow();
  });

  it("that is not opened at all is told from one that is", async () => {
    await expect(assertOpened(stage, await stage.propose())).rejects.toThrow("the proposal is pending");
  });
});

describe("a child that a killed process leaves behind", () => {
  it("is seen", async () => {
    expect(await stage.strays()).toEqual([]);
    const child = spawn("sleep", ["60"], {
      env: { PATH: process.env.PATH, DATA_DIR: stage.service.dataDir },
    });
    try {
      await expect.poll(() => stage.strays()).toEqual([String(child.pid)]);
    } finally {
      const exited = once(child, "exit");
      child.kill("SIGKILL");
      await exited;
    }
  });
});
