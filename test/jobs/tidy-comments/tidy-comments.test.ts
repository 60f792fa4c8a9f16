import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { createTidyComments } from "../../../src/jobs/tidy-comments/tidy-comments.ts";
import { closeMarker, proposalMarker } from "../../../src/proposals/pr-text/marker.ts";
import { tidyCommentsJob } from "../../../src/queue/event-jobs.ts";
import { aRun } from "../../support/job-run.ts";
import { openProposal, useGithub } from "../refresh-check/opened-proposal.ts";

const context = useGithub();

const setUp = async () => {
  const opened = await openProposal(context.db, context.github);
  const { sandbox } = context.github;
  const tidy = createTidyComments(context.jobDeps());
  const say = async (body: string, person = sandbox.app.bot_login) =>
    (await sandbox.commentOnPull(opened.repository.id, opened.number, { body, person })).id;
  const run = (comment_id: number, proposal_id = opened.id) => {
    const job = tidyCommentsJob({
      proposal_id,
      comment_id,
      cause: "test",
      delivery_id: null,
      asked_at: new Date().toISOString(),
      request_id: "r-1",
    });
    return tidy({ job, run: aRun(), log: pino({ level: "silent" }) });
  };
  const left = async () => (await sandbox.comments(opened.repository.id, opened.number)).map(({ id }) => id);
  return { ...opened, say, run, left };
};

describe("a comment of ours that GitHub took in after another run wrote it too", () => {
  it("is deleted, and the one that was there first stays", async () => {
    const { id, say, run, left } = await setUp();
    const first = await say(`A chart ${proposalMarker(id)}`);
    const late = await say(`A chart ${proposalMarker(id)}`);
    expect(await run(late)).toBe("done");
    expect(await left()).toEqual([first]);
  });

  it("is told from one of another kind, from one without a mark, and from what people copy", async () => {
    const { id, say, run, left } = await setUp();
    const all = [
      await say(`A chart ${proposalMarker(id)}`),
      await say(`Closed ${closeMarker(id)}`),
      await say("Hello"),
      await say("Hello"),
      await say(`A chart ${proposalMarker(id)}`, "alice"),
    ];
    expect(await run(all[0] ?? 0)).toBe("done");
    expect(await left()).toEqual(all);
  });

  it("is looked for again while GitHub does not list it yet", async () => {
    const { run } = await setUp();
    expect(await run(987_654)).toBe("lagging");
  });

  it("of a proposal without a pull request is nobody's business", async () => {
    const { run } = await setUp();
    expect(await run(1, "0198a0c0-0000-7000-8000-000000000001")).toBe("done");
  });
});
