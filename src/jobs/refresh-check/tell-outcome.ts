import { isDeepStrictEqual } from "node:util";
import type { Db } from "../../db/connect.ts";
import { appendNews } from "../../db/events-store.ts";
import { lockOpened, type OpenedPull } from "../../db/opened-store.ts";

/** Puts the outcome on the timeline; the same outcome as before is no news. */
export const tellOutcome = (
  db: Db,
  pull: OpenedPull,
  outcome: { conclusion: string; drift: number; head_sha: string },
): Promise<void> =>
  db.transaction().execute(async (trx) => {
    if (!(await lockOpened(trx, pull))) return;
    const event = { proposalId: pull.proposalId, kind: "check_refreshed", data: outcome } as const;
    await appendNews(trx, event, (last) => !isDeepStrictEqual(last, outcome));
  });
