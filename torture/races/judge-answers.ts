import type { Call } from "./chronicle.ts";
import { type FeedEvent, type ModelState, statesBetween, type Timeline } from "./proposal-model.ts";

/** What a preview may find wrong with a change, or with the way to GitHub. */
const PREVIEW_CODES = ["BRANCH_EXISTS", "CLONE_FAILED", "GITHUB_API_FAILED"];

/** Timelines of all proposals, by their ids. */
export type Timelines = ReadonlyMap<string, Timeline>;

/**
 * Holds an answer against the states that were possible between the request and its end, and an effect against the event
 * that bears the request's id.
 * @returns what is wrong with it, or null
 */
export const judgeCall = (
  call: Call,
  timelines: Timelines,
  studyOf: ReadonlyMap<string, string | null>,
): string | null => {
  const timeline = timelines.get(call.proposalId);
  const states = timeline === undefined ? [null] : statesBetween(timeline, call.from, call.to);
  const possible = (test: (state: ModelState) => boolean) =>
    states.some((state) => state !== null && test(state));
  const effects = timeline?.events.filter(({ data }) => data.request_id === call.requestId) ?? [];
  const late = effects.find(({ seq }) => seq <= call.from || seq > call.to);
  if (late !== undefined) return `it led to event ${late.seq}, outside of ${call.from} to ${call.to}`;
  switch (call.kind) {
    case "press":
      return judgePress(call, effects, possible);
    case "reject":
      return judgeReject(call, effects, possible);
    case "submit":
      return judgeSubmit(call, effects, timelines, studyOf);
    case "read":
      return possible((state) => isSeen(state, call.body)) ? null : "the proposal was never like that";
    case "preview":
      return judgePreview(call, possible);
    default:
      throw new TypeError(`unknown call ${call.kind satisfies never}`);
  }
};

type Possible = (test: (state: ModelState) => boolean) => boolean;

const hasOne = (effects: readonly FeedEvent[], kind: string) =>
  effects.length === 1 && effects[0]?.kind === kind;
const isInFlight = ({ openPr }: ModelState) =>
  openPr === "queued" || openPr === "running" || openPr === "waiting";

/** The checks before a press and a preview, in the contract's order. undefined: none of these refuses. */
const judgeRefusal = (
  { status, code, reason, standing }: Call,
  possible: Possible,
): string | null | undefined => {
  const pending = possible((state) => state.status === "pending");
  switch (code) {
    case "INVALID_STATE_TRANSITION":
      return status === 409 && possible((state) => state.status === reason)
        ? null
        : "it was never in that state";
    case "CLUSTER_HAS_NO_CONFIG_REPO":
      if (!pending) return "it was not pending";
      return status === 422 && (standing === null || standing.configRepoId === null) ? null : "it has one";
    case "GITHUB_NOT_CONFIGURED":
      if (!pending) return "it was not pending";
      return status === 503 && (standing === null || standing.reason === reason)
        ? null
        : "the tables don't say so";
    default:
      return undefined;
  }
};

const judgePress = (call: Call, effects: readonly FeedEvent[], possible: Possible): string | null => {
  const refusal = judgeRefusal(call, possible);
  if (refusal !== undefined) return effects.length === 0 ? refusal : "refused, and yet it was asked for";
  if (call.status !== 202) return "no press is answered so";
  const { standing } = call;
  if (standing !== null && (standing.configRepoId === null || standing.reason !== null))
    return "accepted, although the app could not write there";
  if (effects.length > 0) return hasOne(effects, "open_pr_requested") ? null : "it had other effects";
  return possible((state) => state.status === "pending" && isInFlight(state))
    ? null
    : "nothing was asked for, and nothing was under way";
};

const judgeReject = (call: Call, effects: readonly FeedEvent[], possible: Possible): string | null => {
  if (call.status === 200) return hasOne(effects, "proposal_rejected") ? null : "no event tells of it";
  if (effects.length > 0) return "refused, and yet it was rejected";
  if (call.status !== 409 || call.code !== "INVALID_STATE_TRANSITION") return "no rejection is answered so";
  return possible((state) => state.status === call.reason) ? null : "it was never in that state";
};

const isLive = (state: ModelState | null) => state?.status === "pending" || state?.status === "pr_opened";

const judgeSubmit = (
  call: Call,
  effects: readonly FeedEvent[],
  timelines: Timelines,
  studyOf: ReadonlyMap<string, string | null>,
): string | null => {
  const states = (id: string) => {
    const timeline = timelines.get(id);
    return timeline === undefined ? [] : statesBetween(timeline, call.from, call.to);
  };
  if (call.status === 201) return hasOne(effects, "proposal_created") ? null : "no event tells of it";
  if (effects.length > 0) return "refused, and yet it was submitted";
  if (call.status === 200)
    return states(call.proposalId).some((state) => state !== null) ? null : "it was not there";
  if (call.status !== 409 || call.code !== "PROPOSAL_EXISTS") return "no submission is answered so";
  const { studyId } = call;
  if (studyId === null) return "one by hand stands in nobody's way";
  const siblings = [...studyOf]
    .filter(([id, of]) => of === studyId && id !== call.proposalId)
    .map(([id]) => id);
  const inTheWay = call.reason === null ? siblings : siblings.filter((id) => id === call.reason);
  return inTheWay.some((id) => states(id).some(isLive))
    ? null
    : "no live proposal of the study was in its way";
};

/** Whether a proposal in this state can be told like that. A run that has just claimed it has no event yet. */
const isSeen = (state: ModelState, body: Record<string, unknown>): boolean => {
  const openPr = body.open_pr_state;
  const claimed = openPr === "running" && isInFlight(state);
  return (
    body.status === state.status &&
    body.open_pr_attempt === state.attempt &&
    (openPr === state.openPr || claimed) &&
    (state.pull === null || body.pr_number === state.pull.number) &&
    (state.status === "pr_merged") === (body.pr_merged_at !== null) &&
    // One that was never recorded has no place on the row.
    (state.pull === null || state.pullState === null || body.pr_state === state.pullState)
  );
};

const judgePreview = (call: Call, possible: Possible): string | null => {
  // What it reads on GitHub may have left the app's reach before our tables say so.
  if (call.code === "GITHUB_NOT_CONFIGURED" && possible((state) => state.status === "pending")) return null;
  const refusal = judgeRefusal(call, possible);
  if (refusal !== undefined) return refusal;
  if (call.status !== 200 && !PREVIEW_CODES.includes(call.code ?? "")) return "no preview is answered so";
  return possible((state) => state.status === "pending") ? null : "it was not pending";
};
