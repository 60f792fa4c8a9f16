import type { OwnPostgres } from "./own-postgres.ts";
import { until } from "./until.ts";

/**
 * A session that holds the row every event's number is taken from, so that whoever writes one waits for it, at the end
 * of a transaction that has done all the rest.
 */
export interface Blocker {
  /**
   * Waits until a transaction holds the row of each of these proposals: it has come as far as our lock.
   * @returns whether they all did at the same time
   */
  caught(proposalIds: readonly string[]): Promise<boolean>;
  /** Waits until none of them is held any more: their transactions are over. */
  freed(proposalIds: readonly string[]): Promise<void>;
  /** Asks for the row of a proposal as well, whose holder then waits for us as we wait for it. */
  wantRow(proposalId: string): Promise<void>;
  /** Lets go of what it holds. */
  release(): Promise<void>;
  /** Ends it, with what it wrote, or without. */
  end(how: "commit" | "rollback"): Promise<void>;
}

const CAUGHT_TIMEOUT_MS = 5_000;
const FREED_TIMEOUT_MS = 10_000;
/** PostgreSQL sends away who looks first for a circle of waits; with this, it is not us. */
const OWN_DEADLOCK_TIMEOUT = "60s";

const FREE_ROWS = "SELECT id FROM proposals WHERE id = ANY($1::uuid[]) FOR UPDATE SKIP LOCKED";

export const openBlocker = async (postgres: Pick<OwnPostgres, "session">): Promise<Blocker> => {
  const [client, looker] = await Promise.all([postgres.session(), postgres.session()]);
  await client.query(`SET deadlock_timeout = '${OWN_DEADLOCK_TIMEOUT}'`);
  await client.query("BEGIN");
  await client.query("UPDATE proposal_event_counter SET last_seq = last_seq");
  const free = async (ids: readonly string[]) => (await looker.query(FREE_ROWS, [ids])).rows.length;
  return {
    caught: (ids) => until(async () => (await free(ids)) === 0, { timeout_ms: CAUGHT_TIMEOUT_MS }),
    freed: async (ids) => {
      const isSo = async () => (await free(ids)) === ids.length;
      if (!(await until(isSo, { timeout_ms: FREED_TIMEOUT_MS })))
        throw new Error("what was caught in a transaction was never freed");
    },
    wantRow: async (id) => {
      await client.query("SELECT FROM proposals WHERE id = $1 FOR UPDATE", [id]);
    },
    release: async () => {
      await client.query("ROLLBACK");
    },
    end: async (how) => {
      await client.query(how).catch(() => undefined);
      await Promise.allSettled([client.end(), looker.end()]);
    },
  };
};
