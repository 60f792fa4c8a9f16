import type { Logger } from "pino";
import type { Fence, StepName } from "./fence.ts";
import type { OpenPrDeps } from "./open-pr-deps.ts";
import type { Timeline } from "./timeline.ts";

/** How far a run has come, for the log of the one that fails. */
export interface Progress {
  step: StepName | null;
  started_ms: number;
}

export type Step = <T>(name: StepName, work: () => Promise<T>) => Promise<T>;

export interface StepContext {
  fence: Pick<Fence, "step">;
  timeline: Pick<Timeline, "tell">;
  progress: Progress;
  log: Logger;
}

/** Puts each step on the timeline, beside its work, and into the metrics and the log when it is done. */
export const createStep =
  (deps: Pick<OpenPrDeps, "clock" | "metrics">, { fence, timeline, progress, log }: StepContext): Step =>
  async (name, work) => {
    timeline.tell(() => fence.step(name));
    progress.step = name;
    const started_ms = deps.clock.now();
    const result = await work();
    const duration_ms = deps.clock.now() - started_ms;
    deps.metrics.step.observe({ step: name }, duration_ms / 1_000);
    log.info({ step: name, duration_ms }, "step done");
    return result;
  };
