import type { Follower } from "./follow-events.ts";
import type { OwnPostgres } from "./own-postgres.ts";
import type { Stage } from "./stage.ts";
import type { Told } from "./told.ts";
import { until } from "./until.ts";

const FOLLOWED_TIMEOUT_MS = 10_000;

/** Each finds what can only be there when a transaction was carried out in part. */
const HALVES: Record<string, string> = {
  "an attempt without its event, or twice on the timeline": `
    SELECT p.id, open_pr_attempt, count(e.id)::int AS events FROM proposals p
    LEFT JOIN proposal_events e ON e.proposal_id = p.id AND e.kind = 'open_pr_requested'
    GROUP BY p.id HAVING count(e.id) <> open_pr_attempt OR count(DISTINCT e.data->>'attempt') <> open_pr_attempt`,
  "an attempt without its job": `
    SELECT e.proposal_id, e.data->>'attempt' AS attempt FROM proposal_events e
    WHERE e.kind = 'open_pr_requested' AND NOT EXISTS (
      SELECT FROM pgboss.job j WHERE j.name = 'open_pr' AND j.data->>'kind' = 'open_pr'
        AND j.data->>'proposal_id' = e.proposal_id::text AND j.data->>'attempt' = e.data->>'attempt')`,
  "a job without its press": `
    SELECT j.id, j.data->>'proposal_id' AS proposal_id FROM pgboss.job j
    WHERE j.name = 'open_pr' AND j.data->>'kind' = 'open_pr' AND NOT EXISTS (
      SELECT FROM proposal_events e WHERE e.kind = 'open_pr_requested'
        AND e.proposal_id::text = j.data->>'proposal_id' AND e.data->>'attempt' = j.data->>'attempt')`,
  "a status without its event, or told twice": `
    SELECT p.id, p.status, count(e.id)::int AS events FROM proposals p
    LEFT JOIN proposal_events e ON e.proposal_id = p.id AND e.kind = 'pr_opened'
    GROUP BY p.id HAVING count(e.id) <> CASE WHEN p.pr_url IS NULL THEN 0 ELSE 1 END`,
  "a pull request without its mirror": `
    SELECT id FROM proposals WHERE status = 'pr_opened'
      AND NOT EXISTS (SELECT FROM pull_mirrors WHERE proposal_id = proposals.id)`,
  "an event whose number is not its place": `
    SELECT count(*)::int AS events, max(seq)::int AS last, (SELECT last_seq::int FROM proposal_event_counter) AS counter
    FROM proposal_events HAVING count(*) <> max(seq) OR max(seq) <> (SELECT last_seq FROM proposal_event_counter)`,
};

/** Tells of everything in the database that only half of a transaction could have left. */
export const checkWhole = async (postgres: Pick<OwnPostgres, "query">, told: Told): Promise<void> => {
  for (const [what, sql] of Object.entries(HALVES)) {
    const rows = await postgres.query(sql);
    if (rows.length > 0) told.violation(`${what}: ${JSON.stringify(rows.slice(0, 3))}`);
  }
};

/** Waits until the feed's reader has every event there is. */
export const checkFollowed = async (
  { postgres, told }: Pick<Stage, "postgres" | "told">,
  feed: Pick<Follower, "last">,
): Promise<void> => {
  let last = 0;
  const followed = async () => {
    const [row] = await postgres.query<{ last: number }>(
      "SELECT last_seq::int AS last FROM proposal_event_counter",
    );
    last = row?.last ?? 0;
    return feed.last === last;
  };
  if (!(await until(followed, { timeout_ms: FOLLOWED_TIMEOUT_MS })))
    told.violation(`the feed's reader stays at event ${feed.last} of ${last}`);
};
