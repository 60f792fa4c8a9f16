import { appendEvent, lastEvent, listEvents } from "../../db/events-store.ts";
import { lockOpened, type OpenedPull } from "../../db/opened-store.ts";
import { AppError } from "../../errors.ts";
import type { Pull } from "../../github/pull.ts";
import { type Actor, actorLabel } from "../../proposals/actor.ts";
import { COMMENT_TOKEN } from "../../proposals/commands.ts";
import type { CommandRefusal } from "../../proposals/pr-text/command-answer.ts";
import { type RunCommandJob, refreshCheckJob } from "../../queue/event-jobs.ts";
import type { GivenCommand } from "./read-command.ts";
import type { RunCommandDeps } from "./run-command-deps.ts";

/** A timeline is far shorter. */
const EVENTS_MAX = 10_000;

export type CommandOutcome = { kind: "done" } | { kind: "refused"; refusal: CommandRefusal };

const DONE: CommandOutcome = { kind: "done" };
const refused = (refusal: CommandRefusal): CommandOutcome => ({ kind: "refused", refusal });

export interface CarryOut {
  job: RunCommandJob;
  opened: OpenedPull;
  given: GivenCommand;
  /** Whether its author can write to the repository. */
  allowed: boolean;
  /** Reads the pull request: our row may lag behind a merge. */
  readPull: () => Promise<Pull>;
}

/**
 * Does what a command asks for, once: what an earlier run of the job did is known by the request id of its event, so that
 * nobody is told "rejected already" of their own command.
 */
export const carryOut = async (deps: RunCommandDeps, input: CarryOut): Promise<CommandOutcome> => {
  const { command } = input.given;
  if (!input.allowed) return refused({ kind: "not_allowed" });
  switch (command.kind) {
    case "unknown":
      return refused(command);
    case "reject":
      return reject(deps, input, command.reason);
    case "refresh":
      return refresh(deps, input);
    default:
      throw new TypeError(`unknown command ${command satisfies never}`);
  }
};

/** Its colon keeps it apart from request ids of the API. */
const requestIdOf = ({ comment }: GivenCommand): string => `comment:${comment.id}`;

const actorOf = ({ author }: GivenCommand): Actor => ({ token: COMMENT_TOKEN, person: author.login });

const reject = async (
  deps: RunCommandDeps,
  { opened, given, readPull }: CarryOut,
  reason: string | null,
): Promise<CommandOutcome> => {
  const { proposalId } = opened;
  const requestId = requestIdOf(given);
  const before = await lastEvent(deps.db, proposalId, ["proposal_rejected"]);
  if (before?.data.request_id === requestId) return DONE;
  if ((await readPull()).merged_at !== null) return refused({ kind: "merged" });
  try {
    await deps.rejectProposal({ proposalId, reason, actor: actorOf(given), requestId });
    return DONE;
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "INVALID_STATE_TRANSITION") throw error;
    return refused({ kind: error.reason === "pr_merged" ? "merged" : "rejected_already" });
  }
};

const refresh = async (
  { db, queue, clock }: RunCommandDeps,
  { job, opened, given, readPull }: CarryOut,
): Promise<CommandOutcome> => {
  const { proposalId } = opened;
  const request_id = requestIdOf(given);
  const timeline = await listEvents(db, { proposalId, after: 0, limit: EVENTS_MAX });
  if (timeline.some(({ kind, data }) => kind === "refresh_requested" && data.request_id === request_id)) {
    return DONE;
  }
  const pull = await readPull();
  if (pull.merged_at !== null) return refused({ kind: "merged" });
  const sent = await db.transaction().execute(async (trx) => {
    if (!(await lockOpened(trx, opened))) return false;
    if (pull.state !== "open") return true;
    await queue.send(
      trx,
      refreshCheckJob({
        proposal_id: proposalId,
        body: true,
        cause: `command ${given.comment.id}`,
        delivery_id: null,
        asked_at: new Date(clock.now()).toISOString(),
        request_id: job.request_id,
      }),
    );
    const actor = actorLabel(actorOf(given));
    await appendEvent(trx, { proposalId, kind: "refresh_requested", actor, data: { request_id } });
    return true;
  });
  if (!sent) return refused({ kind: "rejected_already" });
  return pull.state === "open" ? DONE : refused({ kind: "pull_closed" });
};
