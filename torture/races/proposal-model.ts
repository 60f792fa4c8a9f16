import type { OpenPrState, ProposalStatus } from "../../src/db/schema.ts";
import type { EventKind } from "../../src/proposals/event-kinds.ts";

/** An event of the feed, as the API tells it. */
export interface FeedEvent {
  seq: number;
  proposal_id: string;
  kind: EventKind;
  actor: string | null;
  data: Record<string, unknown>;
}

/** What the timeline of one proposal says about it: all that an answer of the API may rest on. */
export interface ModelState {
  status: ProposalStatus;
  attempt: number;
  openPr: OpenPrState;
  /** A run has the fence and its checks passed. */
  started: boolean;
  pull: { number: number; url: string } | null;
  pullState: "open" | "closed" | "merged" | null;
  /** null: the timeline does not say. */
  draft: boolean | null;
  baseRef: string | null;
  headSha: string | null;
  checks: unknown;
  review: unknown;
  branchDeleted: boolean;
}

const BORN: ModelState = {
  status: "pending",
  attempt: 0,
  openPr: "idle",
  started: false,
  pull: null,
  pullState: null,
  draft: null,
  baseRef: null,
  headSha: null,
  checks: null,
  review: null,
  branchDeleted: false,
};

const inFlight = ({ openPr }: ModelState) =>
  openPr === "queued" || openPr === "running" || openPr === "waiting";
const ended = ({ status }: ModelState) => status === "rejected" || status === "pr_merged";

/** What an event says of one thing that was, and what it is now. */
const told = (data: FeedEvent["data"]) => ({ from: data.from ?? null, to: data.to ?? null });
const fits = (known: unknown, from: unknown): boolean => known === null || known === from;

/**
 * The step from one state to the next, as docs/design.md has it; null: no such step is allowed. A run that claims a
 * proposal tells so only once its checks have passed, so what comes of it may follow the press at once.
 */
export const nextState = (state: ModelState | null, { kind, data }: FeedEvent): ModelState | null => {
  if (state === null) return kind === "proposal_created" ? BORN : null;
  const mine = data.attempt === state.attempt;
  const allowed = (condition: boolean, change: Partial<ModelState> = {}) =>
    condition ? { ...state, ...change } : null;
  const over = { openPr: "idle", started: false } as const;
  const opened = state.status === "pr_opened";
  const mirrored = opened || (state.status === "rejected" && state.pull !== null);
  switch (kind) {
    case "proposal_created":
      return null;
    case "open_pr_requested":
      return allowed(state.status === "pending" && !inFlight(state) && data.attempt === state.attempt + 1, {
        attempt: state.attempt + 1,
        openPr: "queued",
      });
    case "open_pr_started":
      return allowed(inFlight(state) && mine, { openPr: "running", started: true });
    case "open_pr_step":
      return allowed(state.openPr === "running" && state.started && mine);
    case "open_pr_waiting":
      return allowed(inFlight(state) && mine, { openPr: "waiting", started: false });
    case "open_pr_requeued":
      return allowed(inFlight(state) && mine, { openPr: "queued", started: false });
    case "open_pr_failed":
      return allowed(inFlight(state) && mine, { openPr: "failed", started: false });
    case "pr_opened":
      return allowed(state.status === "pending" && state.started && mine, {
        ...over,
        status: "pr_opened",
        pull: { number: Number(data.pr_number), url: String(data.pr_url) },
      });
    case "proposal_rejected":
      return allowed(!ended(state), { ...over, status: "rejected" });
    case "pr_merged":
      return allowed(opened || state.status === "rejected", { status: "pr_merged", pullState: "merged" });
    case "check_refreshed":
    case "refresh_requested":
      return allowed(opened);
    case "pr_closed":
      return allowed(isClosing(state, data), { pullState: "closed" });
    case "pr_reopened":
      return allowed(mirrored && fits(state.pullState, "closed"), { pullState: "open" });
    case "pr_converted_to_draft":
      return allowed(opened && state.draft !== true, { draft: true });
    case "pr_ready_for_review":
      return allowed(opened && state.draft !== false, { draft: false });
    case "pr_base_changed": {
      const { from, to } = told(data);
      return allowed(opened && from !== to && fits(state.baseRef, from), { baseRef: String(to) });
    }
    case "pr_head_changed": {
      const { from, to } = told(data);
      return allowed(opened && from !== to && fits(state.headSha, from), { headSha: String(to) });
    }
    case "pr_checks_changed": {
      const { from, to } = told(data);
      return allowed(opened && from !== to && state.checks === from, { checks: to });
    }
    case "pr_review_changed": {
      const { from, to } = told(data);
      return allowed(opened && from !== to && state.review === from, { review: to });
    }
    case "branch_deleted":
      return allowed(ended(state) && !state.branchDeleted, { branchDeleted: true });
    case "close_pr_failed":
      return allowed(ended(state));
    default:
      return kind satisfies never;
  }
};

/** People close an opened one; a rejected one is closed for its rejection, also where it never was recorded. */
const isClosing = (state: ModelState, { cause }: FeedEvent["data"]): boolean => {
  if (state.pullState === "closed" || state.pullState === "merged") return false;
  return cause === "rejection" ? state.status === "rejected" : state.status === "pr_opened";
};

/** The states of one proposal, each from the event on that led to it. */
export interface Timeline {
  events: FeedEvent[];
  states: { seq: number; state: ModelState }[];
  /** The first event that no step allows. */
  broken: FeedEvent | null;
}

export const timelineOf = (events: readonly FeedEvent[]): Timeline => {
  const timeline: Timeline = { events: [...events], states: [], broken: null };
  let state: ModelState | null = null;
  for (const event of events) {
    state = nextState(state, event);
    if (state === null) return { ...timeline, broken: event };
    timeline.states.push({ seq: event.seq, state });
  }
  return timeline;
};

/** Every state there was from event `from` to event `to`; null stands for "not there yet". */
export const statesBetween = ({ states }: Timeline, from: number, to: number): (ModelState | null)[] => {
  const first = states.findLast(({ seq }) => seq <= from)?.state ?? null;
  return [first, ...states.filter(({ seq }) => seq > from && seq <= to).map(({ state }) => state)];
};
