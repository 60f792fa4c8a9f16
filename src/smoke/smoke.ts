import { type ApiCall, createApiCall } from "../client/api-call.ts";
import type { Db } from "../db/connect.ts";
import { findRepoTarget } from "../db/targets-store.ts";
import { isGranted, type Permissions } from "../github/installation.ts";
import type { ConfigRepoAccess, OpenConfigRepo } from "../jobs/config-repo-access.ts";
import { requireWritable, type WritableRepo } from "../registry/require-writable.ts";
import { cleanUp } from "./clean-up.ts";
import { createGithubSide, type ExpectedPull, type GithubSide } from "./github-side.ts";
import { findSmokeParam, type SmokeParam } from "./smoke-param.ts";
import { findConfigRepo, openPull, submitProposal } from "./smoke-proposal.ts";
import { createStep, type Step } from "./step.ts";

export interface SmokeOptions {
  /** Name of a registered config repo. */
  configRepo: string;
  /** Of the params file to change; null: the first with a number at its top level. */
  path: string | null;
  url: string;
  token: string;
  db: Db;
  openConfigRepo: OpenConfigRepo;
  print: (line: string) => void;
  signal: AbortSignal;
}

/**
 * Takes one throw-away proposal through GitHub, looks at what a reviewer would see, and rejects it again, whatever it saw.
 * @returns whether everything was as it should be; each step is printed with its time
 */
export const runSmoke = async (options: SmokeOptions): Promise<boolean> => {
  const { print, db, signal } = options;
  const call = createApiCall({ ...options, actor: "smoke" });
  const step = createStep(print);
  try {
    const { id: configRepoId } = await step(`find config repo ${options.configRepo}`, () =>
      findConfigRepo(call, options),
    );
    const writable = await step("the app may write to it", async () =>
      requireWritable(await findRepoTarget(db, configRepoId), true),
    );
    const openAccess = (until: AbortSignal) =>
      options.openConfigRepo({
        ...writable,
        purpose: "feedback",
        signal: until,
        beforeWrite: () => Promise.reject(new Error("the smoke test itself writes nothing to GitHub")),
      });
    const access = openAccess(signal);
    try {
      return await tryProposal({ ...options, call, step, writable, access, openAccess });
    } finally {
      await access.close();
    }
  } catch {
    // The step has said what is wrong.
    return false;
  }
};

interface Trying extends SmokeOptions {
  call: ApiCall;
  step: Step;
  writable: WritableRepo;
  access: ConfigRepoAccess;
  openAccess(until: AbortSignal): ConfigRepoAccess;
}

const tryProposal = async (trying: Trying): Promise<boolean> => {
  const { call, step, access, print, writable } = trying;
  const { id: configRepoId, owner, repo, pr_base_branch: branch } = writable.configRepo;
  const param = await step("find a params file", () =>
    findSmokeParam(access, { owner, repo, branch, path: trying.path }),
  );
  print(`         ${param.path}: ${param.param} ${param.from} → ${param.to}`);
  const proposalId = await step("submit a study with a proposal", () =>
    submitProposal(call, configRepoId, param),
  );
  let good = true;
  await openAndLook(trying, proposalId, param).catch(() => {
    good = false;
  });
  await cleanUp(trying, proposalId);
  return good;
};

const openAndLook = async (trying: Trying, proposalId: string, param: SmokeParam): Promise<void> => {
  const { call, step, access, print, signal, writable } = trying;
  const opened = await step("press, until the pull request is open", () =>
    openPull(call, proposalId, signal),
  );
  print(`         ${opened.pr_url}`);
  const base = writable.configRepo.pr_base_branch;
  await lookAtPull(trying, createGithubSide(access.client), {
    ...opened,
    base,
    ...param,
    proposalId,
    signal,
  });
};

const lookAtPull = async (
  { step, print, writable }: Trying,
  github: GithubSide,
  expected: ExpectedPull,
): Promise<void> => {
  await step("pull request", () => github.pullIsOpen(expected));
  await step("diff: one line", () => github.diffIsMinimal(expected));
  await step("chart", () => github.chartIsThere(expected));
  await step("comment", () => github.commentIsThere(expected));
  if (isGranted(writable.installation.permissions as Permissions, "checks", "write")) {
    print(`         concluded ${await step("check", () => github.checkIsThere(expected))}`);
  } else {
    print("skipped  check: the installation does not grant checks:write");
  }
};
