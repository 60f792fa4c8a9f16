import { describe, expect, it } from "vitest";
import type { NewPull } from "../../../src/github/pull-requests.ts";
import { type PullInput, pullFrom } from "../../../src/jobs/open-pr/pull-from.ts";
import { studyFacts } from "../../proposals/pr-text/sample-facts.ts";
import { createFakeClock } from "../../support/fake-clock.ts";

const redact = (text: string) => text.replaceAll("RelyLoop", "[redacted]");

const open = async () => {
  const sent: NewPull[] = [];
  const pulls = {
    createPull: async (pull: NewPull) => {
      sent.push(pull);
      return { kind: "created", pull: { number: 7 } };
    },
  };
  const change = { changes: studyFacts.changes, drift: [], outOfRange: [] };
  const outcome = await pullFrom(
    { clock: createFakeClock(), redact },
    { pulls, botLogin: async () => "relyloop[bot]" } as unknown as Parameters<typeof pullFrom>[1],
    {
      texts: {
        facts: studyFacts as unknown as PullInput["texts"]["facts"],
        change: change as unknown as PullInput["texts"]["change"],
        actor: studyFacts.requestedBy,
        baseUrl: null,
        redact,
      },
      configRepo: { owner: "acme", github_repo_id: 42 } as PullInput["configRepo"],
      head: { branch: "relyloop/study-1", sha: "b".repeat(40), baseBranch: "release" },
      signal: new AbortController().signal,
    },
  );
  return { outcome, pull: sent[0] };
};

describe("the pull request of a pushed branch", () => {
  it("is opened for the base branch its commits were made for", async () => {
    const { outcome, pull } = await open();
    expect(outcome).toEqual({ kind: "opened", pull: { number: 7 } });
    expect(pull).toMatchObject({ head: "relyloop/study-1", base: "release" });
  });

  it("passes the last-resort filter with its title and its body as they are sent", async () => {
    const { pull } = await open();
    expect(pull?.title).toMatch(/^\[redacted\]: /);
    expect(pull?.body).toContain("[redacted]");
    expect(`${pull?.title}${pull?.body}`).not.toContain("RelyLoop");
  });
});
