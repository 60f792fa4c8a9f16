import type { Scenario } from "../../test/support/scenario.ts";
import type { Random } from "../random.ts";
import type { Promised } from "./ledger.ts";
import { pressUntilTaken, propose } from "./propose.ts";
import type { Stage } from "./stage.ts";
import { until } from "./until.ts";

const OPENED_TIMEOUT_MS = 8_000;
const OPENED_POLL_MS = 150;

/** One after the other: proposes, presses, waits, and rejects, merges or leaves what was opened. */
export const runProposals = async (
  stage: Stage,
  scenario: Scenario,
  random: Random,
  over: AbortSignal,
): Promise<void> => {
  while (!over.aborted) {
    const promised = await propose({ ...stage, random }, scenario, random.pick(["study", "hand"]));
    await pressUntilTaken(stage, promised);
    const number = await opened(stage, promised, over);
    if (number === null) continue;
    const what = random.pick(["leave", "reject", "merge"] as const);
    if (what === "reject") await reject(stage, promised);
    if (what === "merge") await merge(stage, promised, number);
  }
};

/** @returns the pull request's number, or null when nobody has the time to wait for it */
const opened = async ({ caller }: Stage, { id }: Promised, over: AbortSignal): Promise<number | null> => {
  let number: number | null = null;
  const isOpened = async () => {
    const { body } = await caller.insist({ method: "GET", path: `/api/v1/proposals/${id}` });
    number = body.status === "pr_opened" ? Number(body.pr_number) : null;
    return number !== null || over.aborted;
  };
  await until(isOpened, { timeout_ms: OPENED_TIMEOUT_MS, poll_ms: OPENED_POLL_MS });
  return number;
};

const reject = async ({ caller, told }: Stage, promised: Promised): Promise<void> => {
  const path = `/api/v1/proposals/${promised.id}/reject`;
  const answered = await caller.insist({ method: "POST", path, body: JSON.stringify({ reason: "not now" }) });
  // One before may have been carried out although its answer was 503.
  const isDone = answered.code === "INVALID_STATE_TRANSITION" && answered.reason === "rejected";
  if (answered.status !== 200 && !isDone)
    told.violation(`a rejection of ${promised.id} ended with ${answered.status} ${answered.code}`);
  promised.ends = "rejected";
};

/** The event that tells of it may be refused; then GitHub has to send it again. */
const merge = async ({ sandbox }: Stage, promised: Promised, number: number): Promise<void> => {
  await sandbox.mergePull(promised.scenario.repository.id, number);
  promised.ends = "pr_merged";
};
