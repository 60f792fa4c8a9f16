import type { Logger } from "pino";
import type { Fence, StepName } from "./fence.ts";
import type { OpenPrDeps } from "./open-pr-deps.ts";

/** How far a run has come, for the log of the one that fails. */
export interface Progress {
  step: StepName | null;
  started_ms: number;
}

export type Step = <T>(name: StepName, work: () => Promise<T>) => Promise<T>;

/** Puts each step on the timeline, into the metrics and into the log. */
export const createStep =
  (
    deps: Pick<OpenPrDeps, "clock" | "metrics">,
    { fence, progress, log }: { fence: Fence; progress: Progress; log: Logger },
  ): Step =>
  async (name, work) => {
    await fence.step(name);
    progress.step = name;
    const started_ms = deps.clock.now();
    const result = await work();
    const duration_ms = deps.clock.now() - started_ms;
    deps.metrics.step.observe({ step: name }, duration_ms / 1_000);
    log.info({ step: name, duration_ms }, "step done");
    return result;
  };
