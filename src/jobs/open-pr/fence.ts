import type { Db } from "../../db/connect.ts";
import { appendEventOfRun } from "../../db/events-store.ts";
import { holdsFence } from "../../db/open-pr-store.ts";

/** Another run, an operator or the sweep took this proposal over: stop, and touch nothing. */
export class FenceLost extends Error {
  constructor(run: string) {
    super(`run ${run} lost its fence`);
    this.name = "FenceLost";
  }
}

export interface Fence {
  readonly proposalId: string;
  readonly run: string;
  /** Right before each write to GitHub or git. @throws FenceLost */
  check(): Promise<void>;
  /** Puts the run on the timeline, with the repository a rejection will clean up in. @throws FenceLost */
  started(details: { run: number; config_repo_id: string }): Promise<void>;
  /** Puts the step the job is at on the timeline. @throws FenceLost */
  step(name: StepName): Promise<void>;
}

/** In the order in which they begin, and stand on the timeline. */
export const STEP_NAMES = [
  "mint_token",
  "render_chart",
  "read_tips",
  "read_params",
  "build_commits",
  "push_branch",
  "open_pull",
  "comment",
] as const;
export type StepName = (typeof STEP_NAMES)[number];

export const createFence = (db: Db, proposalId: string, run: string, attempt: number): Fence => {
  const append = async (kind: "open_pr_started" | "open_pr_step", details: object): Promise<void> => {
    const mine = await appendEventOfRun(db, run, { proposalId, kind, data: { attempt, ...details } });
    if (!mine) throw new FenceLost(run);
  };
  return {
    proposalId,
    run,
    check: async () => {
      if (!(await holdsFence(db, proposalId, run))) throw new FenceLost(run);
    },
    started: (details) => append("open_pr_started", details),
    step: (step) => append("open_pr_step", { step }),
  };
};
