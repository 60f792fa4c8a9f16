import { pino } from "pino";
import { describe, expect, it, vi } from "vitest";
import type { EnsureComment } from "../../../src/github/comments.ts";
import { GithubApiError, RescheduleError } from "../../../src/github/github-errors.ts";
import { type CommentInput, commentOnPull } from "../../../src/jobs/open-pr/comment-on-pull.ts";
import { FenceLost } from "../../../src/jobs/open-pr/fence.ts";
import { PROPOSAL_ID, STUDY_ID, studyFacts } from "../../proposals/pr-text/sample-facts.ts";
import { host } from "../../support/github-fixture.ts";

const CHART = new Uint8Array([1]);
const HEAD = "b".repeat(40);

const comment = async (changes: Partial<CommentInput> = {}, fails?: Error) => {
  const asked: EnsureComment[] = [];
  const logged: Record<string, unknown>[] = [];
  const ensureComment = vi.fn(async (input: EnsureComment) => {
    asked.push(input);
    if (fails !== undefined) throw fails;
  });
  const access = { comments: { ensureComment }, botLogin: async () => "relyloop[bot]" };
  const error = await commentOnPull(
    { host, redact: (text) => text.replaceAll("Title matches", "[redacted]") },
    access as unknown as Parameters<typeof commentOnPull>[1],
    {
      facts: studyFacts as unknown as CommentInput["facts"],
      chart: CHART,
      configRepo: { owner: "acme", repo: "configs" } as CommentInput["configRepo"],
      headSha: HEAD,
      opened: { kind: "opened", pull: { number: 7 } } as CommentInput["opened"],
      mayWait: () => false,
      log: pino({}, { write: (line: string) => void logged.push(JSON.parse(line)) }),
      ...changes,
    },
  ).catch((thrown: unknown) => thrown);
  return { error, asked, logged };
};

describe("the comment of a study's pull request", () => {
  it("shows the chart as it was committed, and is known by its marker and its author", async () => {
    const { error, asked, logged } = await comment();
    expect(error).toBeUndefined();
    expect(asked).toMatchObject([{ issue: 7, botLogin: "relyloop[bot]", first: true }]);
    expect(asked[0]?.body).toContain(
      `https://github.com/acme/configs/blob/${HEAD}/.relyloop/digest-charts/${STUDY_ID}.png?raw=true`,
    );
    expect(asked[0]?.marker).toContain(PROPOSAL_ID);
    expect(asked[0]?.body).toContain(asked[0]?.marker);
    expect(asked[0]?.body).not.toContain("Title matches");
    expect(logged).toEqual([]);
  });

  it("has a table where there is no chart", async () => {
    const { asked } = await comment({ chart: null });
    expect(asked[0]?.body).not.toContain("![");
    expect(asked[0]?.body).toMatch(/title_boost.*0\.8/);
    const facts = { ...studyFacts, study: null } as unknown as CommentInput["facts"];
    expect((await comment({ facts })).asked[0]?.body).not.toContain("![");
  });

  it("is looked for where an earlier run may have written it", async () => {
    const { asked } = await comment({
      opened: { kind: "adopted", pull: { number: 7 } } as CommentInput["opened"],
    });
    expect(asked[0]?.first).toBe(false);
  });

  it.each([
    new GithubApiError("Comments are off", 403),
    new RescheduleError(new Date("2026-11-22T13:00:00Z"), "rate_limited"),
  ])("may fail, and the log says so: %s", async (fails) => {
    const { error, logged } = await comment({}, fails);
    expect(error).toBeUndefined();
    expect(logged).toMatchObject([
      {
        event: "pr_open_comment_failed",
        error_code: "GITHUB_API_FAILED",
        msg: "the comment failed; the pull request stands without it",
      },
    ]);
  });

  it("is worth a wait in another job, as long as the attempt may wait", async () => {
    const wait = new RescheduleError(new Date("2026-11-22T13:00:00Z"), "rate_limited");
    const { error, logged } = await comment({ mayWait: (asked) => asked === wait }, wait);
    expect(error).toBe(wait);
    expect(logged).toEqual([]);
  });

  it.each([new FenceLost("job:0"), new Error("the process is stopping")])(
    "does not hide that the run has to end: %s",
    async (fails) => {
      const { error, logged } = await comment({}, fails);
      expect(error).toBe(fails);
      expect(logged).toEqual([]);
    },
  );
});
