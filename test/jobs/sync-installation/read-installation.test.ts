import { describe, expect, it } from "vitest";
import { AppError } from "../../../src/errors.ts";
import { GithubApiError, RescheduleError } from "../../../src/github/github-errors.ts";
import type { Installation, ListedRepository } from "../../../src/github/installation.ts";
import {
  type InstallationReader,
  readInstallation,
} from "../../../src/jobs/sync-installation/read-installation.ts";

const installation: Installation = {
  id: 7,
  account_login: "acme",
  account_id: 99,
  account_type: "Organization",
  repository_selection: "all",
  permissions: { metadata: "read" },
  suspended_at: null,
};
const repository = (id: number, owner_id = 99): ListedRepository => ({
  id,
  owner: "acme",
  owner_id,
  name: "config",
  full_name: "acme/config",
  default_branch: "main",
  archived: false,
});

/** Answers in turn, the last one from then on; an error is thrown. */
const read = async (installations: (Installation | null)[], lists: (ListedRepository[] | Error)[]) => {
  let asked = 0;
  const inTurn = <T>(answers: T[], turn: number) => answers[Math.min(turn, answers.length - 1)] as T;
  const github: InstallationReader = {
    installation: async () => inTurn(installations, asked++),
    repositories: async () => {
      const list = inTurn(lists, asked - 1);
      if (list instanceof Error) throw list;
      return { repositories: list, extent: "whole" };
    },
  };
  const options = { installationId: 7, allowedAccounts: [], signal: new AbortController().signal };
  const result = await readInstallation(github, options).catch((error: unknown) => error);
  return { result, asked };
};
const suspended = { ...installation, suspended_at: "2026-11-22T12:00:00Z" };
const refusal = (reason: string) => new AppError("GITHUB_NOT_CONFIGURED", "no", { reason });

describe("reading an installation", () => {
  it("leaves out what another account owns", async () => {
    const { result } = await read([installation], [[repository(1), repository(2, 98)]]);
    expect(result).toMatchObject({ status: "active", extent: "whole", repositories: [{ id: 1 }] });
  });

  it.each([
    ["uninstalled while it is read", null, "deleted", refusal("uninstalled")],
    ["suspended while it is read", suspended, "suspended", refusal("suspended")],
    ["suspended between two pages", suspended, "suspended", new GithubApiError("suspended", 403)],
  ])("that is %s asks anew, and finds it so", async (_, next, status, refused) => {
    const { result, asked } = await read([installation, next], [refused]);
    expect(result).toMatchObject({ status });
    expect(asked).toBe(2);
  });

  it("goes on when the refusal was a moment's", async () => {
    const { result } = await read([installation], [refusal("uninstalled"), [repository(1)]]);
    expect(result).toMatchObject({ status: "active", repositories: [{ id: 1 }] });
  });

  it("fails for the queue to run it again when GitHub goes on contradicting itself", async () => {
    const { result, asked } = await read([installation], [refusal("uninstalled")]);
    expect(result).toMatchObject({ code: "GITHUB_API_FAILED" });
    expect(asked).toBe(3);
  });

  it.each([
    ["a wait", new RescheduleError(new Date(), "rate_limited")],
    ["an outage", new GithubApiError("no answer", null)],
    ["missing credentials", refusal("no_credentials")],
  ])("passes on %s at once", async (_, error) => {
    const { result, asked } = await read([installation], [error]);
    expect(result).toBe(error);
    expect(asked).toBe(1);
  });
});
