import { describe, expect, it } from "vitest";
import { RescheduleError } from "../../src/github/github-errors.ts";
import { createConfigRepoAccess } from "../../src/jobs/config-repo-access.ts";
import { host } from "../support/github-fixture.ts";

/** Access for one run, to a GitHub that answers who the app is when it is told to. */
const setUp = () => {
  const answers: PromiseWithResolvers<string>[] = [];
  const openConfigRepo = createConfigRepoAccess({
    host,
    bot: {
      login: () => {
        const answer = Promise.withResolvers<string>();
        answers.push(answer);
        return answer.promise;
      },
    },
    client: { forRepository: () => ({}) },
    openTransport: () => ({}),
    clock: { now: () => 0 },
  } as unknown as Parameters<typeof createConfigRepoAccess>[0]);
  const access = openConfigRepo({
    configRepo: { owner: "acme", repo: "search-config", auth_ref: "7", github_repo_id: 42 },
    installation: { permissions: { contents: "write", pull_requests: "write" } },
    purpose: "write",
    signal: new AbortController().signal,
    beforeWrite: async () => undefined,
  } as unknown as Parameters<typeof openConfigRepo>[0]);
  return { access, answers };
};

describe("who the app is", () => {
  it("is asked for once in a run, however many ask", async () => {
    const { access, answers } = setUp();
    const asked = [access.botLogin(), access.botLogin()];
    answers[0]?.resolve("relyloop[bot]");
    expect(await Promise.all(asked)).toEqual(["relyloop[bot]", "relyloop[bot]"]);
    await access.botLogin();
    expect(answers).toHaveLength(1);
  });

  it("is not asked for again in a run that GitHub has told to wait", async () => {
    const { access, answers } = setUp();
    const first = access.botLogin();
    answers[0]?.reject(new RescheduleError(new Date(0), "rate_limited"));
    await expect(first).rejects.toThrow(RescheduleError);
    await expect(access.botLogin()).rejects.toThrow(RescheduleError);
    expect(answers).toHaveLength(1);
  });
});
