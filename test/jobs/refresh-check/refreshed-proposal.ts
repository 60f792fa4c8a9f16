import { pino } from "pino";
import { expect } from "vitest";
import type { EventOutcome } from "../../../src/jobs/event-job.ts";
import { createRefreshCheck } from "../../../src/jobs/refresh-check/refresh-check.ts";
import type { RefreshCheckDeps } from "../../../src/jobs/refresh-check/refresh-check-deps.ts";
import { refreshCheckJob } from "../../../src/queue/event-jobs.ts";
import { aRun } from "../../support/job-run.ts";
import { type OpenOptions, openProposal, type useGithub } from "./opened-proposal.ts";

/** An opened proposal with the job that refreshes its check. */
export const openForRefresh = async (
  context: ReturnType<typeof useGithub>,
  options: OpenOptions = {},
  changes: Partial<RefreshCheckDeps> = {},
) => {
  const opened = await openProposal(context.db, context.github, options);
  const logged: Record<string, unknown>[] = [];
  const log = pino({}, { write: (line: string) => void logged.push(JSON.parse(line)) });
  const abort = new AbortController();
  const baseUrl = "https://relyloop.example.com";
  const refreshCheck = createRefreshCheck({ ...context.jobDeps(), baseUrl, listens: true, ...changes });
  const refresh = (body = false): Promise<EventOutcome> => {
    const asked = { cause: "test", delivery_id: null, asked_at: new Date().toISOString(), request_id: "r-1" };
    const job = refreshCheckJob({ proposal_id: opened.id, body, ...asked });
    const run = aRun({ signal: abort.signal });
    return refreshCheck({ job, run, log });
  };
  /** The only check, also among those that are not the latest. */
  const theCheck = async (sha?: string) => {
    const all = await opened.checks(sha, "all");
    expect(all).toHaveLength(1);
    return all[0] as (typeof all)[number];
  };
  /** Somebody changes the params file on the base branch. */
  const pushParams = (content: string): Promise<string> => {
    const { id } = opened.repository;
    return context.github.sandbox.pushAs("alice", id, "main", { [opened.path]: content });
  };
  return { ...opened, refresh, theCheck, pushParams, logged };
};
