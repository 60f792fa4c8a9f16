import type { Stage } from "./stage.ts";
import { until } from "./until.ts";

const DELIVERED_TIMEOUT_MS = 30_000;

/** Has GitHub send again whatever was refused, until all is taken, and puts it with what was answered for. */
export const gatherHooks = async ({
  sandbox,
  ledger,
  told,
}: Pick<Stage, "sandbox" | "ledger" | "told">): Promise<void> => {
  const { hooks } = sandbox;
  const allTaken = async () => {
    await hooks.idle();
    const taken = new Set<string>();
    const newest = new Map<string, number>();
    for (const { id, guid, status_code } of hooks.deliveries()) {
      newest.set(guid, id);
      if (status_code === 202) taken.add(guid);
      // The receiver ended or timed out; anything else is its own word.
      else if (![502, 503, 504].includes(status_code))
        told.violation(`a delivery of GitHub's got ${status_code}`);
    }
    for (const guid of taken) ledger.deliveries.add(guid);
    const refused = [...newest].filter(([guid]) => !taken.has(guid));
    for (const [, id] of refused) await hooks.redeliver(id);
    return refused.length === 0;
  };
  if (!(await until(allTaken, { timeout_ms: DELIVERED_TIMEOUT_MS })))
    told.violation("deliveries of GitHub's are refused although the database is back");
};
