import type { Promised } from "./ledger.ts";
import { pressUntilTaken } from "./propose.ts";
import type { Stage } from "./stage.ts";
import { until } from "./until.ts";

/** A dead run is noticed after 10 s, and one job may have had several. */
const SETTLED_TIMEOUT_MS = 60_000;
const POLL_MS = 250;
/** Of one attempt. Whoever was struck in each of them is told to press again. */
const RUNS_MAX = 5;

interface ProposalRow {
  id: string;
  status: string;
  open_pr_state: string;
  pr_open_error: string | null;
  runs: number;
}

const PROPOSALS = `
  SELECT id, status, open_pr_state, pr_open_error, 1 + coalesce((
    SELECT max(retry_count) FROM pgboss.job
    WHERE name = 'open_pr' AND data->>'kind' = 'open_pr'
      AND data->>'proposal_id' = p.id::text AND (data->>'attempt')::int = p.open_pr_attempt), 0) AS runs
  FROM proposals p WHERE id = ANY($1::uuid[])`;

interface JobRow {
  kind: string;
  proposal_id: string;
  state: string;
}

/** A rejected proposal's row says so before its pull request is closed. */
const UNDER_WAY = `
  SELECT data->>'kind' AS kind, data->>'proposal_id' AS proposal_id, state FROM pgboss.job
  WHERE name = 'open_pr' AND state IN ('created', 'retry', 'active') AND data->>'proposal_id' = ANY($1::text[])`;

interface DeliveryRow {
  guid: string;
  status: string | null;
  error: string | null;
}

const UNPROCESSED = `
  SELECT guid, status, error FROM unnest($1::uuid[]) AS guid
  LEFT JOIN webhook_deliveries ON delivery_id = guid
  WHERE status IS NULL OR status NOT IN ('processed', 'ignored')`;

type Deps = Pick<Stage, "postgres" | "caller" | "ledger" | "told">;

/** Waits until everything that was answered for has come true. @returns how much never did, each told of */
export const settle = async (deps: Deps, timeout_ms = SETTLED_TIMEOUT_MS): Promise<number> => {
  const { postgres, ledger, told } = deps;
  const open = new Map(ledger.proposals);
  const read = () => postgres.query<ProposalRow>(PROPOSALS, [[...open.keys()]]);
  let underWay: JobRow[] = [];
  let unprocessed: DeliveryRow[] = [];
  const settled = async () => {
    for (const row of await read()) await look(deps, open, row);
    underWay = await postgres.query<JobRow>(UNDER_WAY, [[...ledger.proposals.keys()]]);
    unprocessed = await postgres.query<DeliveryRow>(UNPROCESSED, [[...ledger.deliveries]]);
    return open.size + underWay.length + unprocessed.length === 0;
  };
  await until(settled, { timeout_ms, poll_ms: POLL_MS });
  const rows = new Map((await read()).map((row) => [row.id, row]));
  for (const { id, ends } of open.values())
    told.violation(`proposal ${id} was to become ${ends}, and is: ${JSON.stringify(rows.get(id) ?? null)}`);
  for (const row of underWay) told.violation(`a job has not ended: ${JSON.stringify(row)}`);
  for (const row of unprocessed)
    told.violation(`a delivery was answered with 202, and is not processed: ${JSON.stringify(row)}`);
  return open.size + underWay.length + unprocessed.length;
};

const look = async (deps: Deps, open: Map<string, Promised>, row: ProposalRow): Promise<void> => {
  const promised = open.get(row.id);
  if (promised === undefined) return;
  if (row.status === promised.ends && row.open_pr_state === "idle") open.delete(row.id);
  if (row.open_pr_state !== "failed") return;
  if (row.runs >= RUNS_MAX) return pressUntilTaken(deps, promised);
  deps.told.violation(`proposal ${row.id} failed in run ${row.runs} of ${RUNS_MAX}: ${row.pr_open_error}`);
  open.delete(row.id);
};
