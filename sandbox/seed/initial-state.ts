import type { State } from "../state/model.ts";

/** Ids of GitHub have several digits; small ones would hide mix-ups with counters. */
const FIRST_ID = 4_100_000;

/** A GitHub on which the app is registered and nothing else exists but its owner. */
export function initialState(appId: number, now: string): State {
  const owner = {
    id: FIRST_ID,
    login: "acme",
    type: "Organization" as const,
    member_ids: [],
    created_at: now,
  };
  const bot = {
    id: FIRST_ID + 1,
    login: "relyloop[bot]",
    type: "Bot" as const,
    member_ids: [],
    created_at: now,
  };
  return {
    format: 1,
    seeded: false,
    last_id: bot.id,
    settings: { stateless_tokens: false },
    app: {
      id: appId,
      slug: "relyloop",
      name: "RelyLoop",
      owner_id: owner.id,
      bot_id: bot.id,
      permissions: {
        checks: "write",
        contents: "write",
        issues: "read",
        metadata: "read",
        pull_requests: "write",
        statuses: "read",
      },
      events: [
        "check_run",
        "check_suite",
        "installation_target",
        "issue_comment",
        "pull_request",
        "pull_request_review",
        "repository",
        "status",
      ],
      created_at: now,
    },
    accounts: [owner, bot],
    repositories: [],
    installations: [],
    tokens: [],
    pulls: [],
    comments: [],
    reviews: [],
    check_suites: [],
    check_runs: [],
    statuses: [],
    reactions: [],
  };
}
