import { describe, expect, it } from "vitest";
import type { Pull } from "../../../src/github/pull.ts";
import type { NewPull } from "../../../src/github/pull-requests.ts";
import { type PullInput, pullFrom } from "../../../src/jobs/open-pr/pull-from.ts";
import { studyFacts } from "../../proposals/pr-text/sample-facts.ts";
import { createFakeClock } from "../../support/fake-clock.ts";

const redact = (text: string) => text.replaceAll("RelyLoop", "[redacted]");

const HEAD = "b".repeat(40);

/** @param found what GitHub lists, where the answer to the request is lost */
const open = async (found?: Pull[]) => {
  const sent: NewPull[] = [];
  const pulls = {
    createPull: async (pull: NewPull) => {
      sent.push(pull);
      if (found !== undefined) return { kind: "already_exists" };
      return { kind: "created", pull: { number: 7 } };
    },
    findPulls: async () => found ?? [],
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
      head: { branch: "relyloop/study-1", sha: HEAD, baseBranch: "release" },
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

  it("is taken over where it is there already: ours by its head, its repository, its base and its author", async () => {
    const places = { head_repo_id: 42, base_repo_id: 42, base_ref: "release" };
    const ours = { ...places, number: 7, head_sha: HEAD, author_login: "relyloop[bot]" } as Pull;
    expect((await open([ours])).outcome).toEqual({ kind: "adopted", pull: ours });
    for (const change of [
      { head_sha: "c".repeat(40) },
      { head_repo_id: 43, base_repo_id: 43 },
      { author_login: "eve" },
    ]) {
      const theirs = { ...ours, state: "open", ...change } as Pull;
      await expect(open([theirs])).rejects.toThrow("relyloop/study-1");
    }
  });

  it("passes the last-resort filter with its title and its body as they are sent", async () => {
    const { pull } = await open();
    expect(pull?.title).toMatch(/^\[redacted\]: /);
    expect(pull?.body).toContain("[redacted]");
    expect(`${pull?.title}${pull?.body}`).not.toContain("RelyLoop");
  });
});
