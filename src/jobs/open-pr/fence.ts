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
  /** Puts the step the job is at on the timeline. @throws FenceLost */
  step(name: StepName): Promise<void>;
}

export const STEP_NAMES = [
  "mint_token",
  "read_tips",
  "read_params",
  "render_chart",
  "build_commits",
  "push_branch",
  "open_pull",
  "comment",
] as const;
export type StepName = (typeof STEP_NAMES)[number];

export const createFence = (db: Db, proposalId: string, run: string, attempt: number): Fence => ({
  proposalId,
  run,
  check: async () => {
    if (!(await holdsFence(db, proposalId, run))) throw new FenceLost(run);
  },
  step: async (step) => {
    const mine = await appendEventOfRun(db, run, {
      proposalId,
      kind: "open_pr_step",
      data: { attempt, step },
    });
    if (!mine) throw new FenceLost(run);
  },
});
