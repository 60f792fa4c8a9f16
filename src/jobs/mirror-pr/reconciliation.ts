import type { MirrorPrJob } from "../../queue/event-jobs.ts";

const CAUSE = "reconcile ";

/** The cause of the jobs of one turn of the schedule. */
export const reconciliationCause = (turn: number): string => `${CAUSE}${turn}`;

/** Whether nobody waits for it: it is asked for by the clock, in case an event was lost. */
export const isReconciliation = ({ cause }: Pick<MirrorPrJob, "cause">): boolean => cause.startsWith(CAUSE);
