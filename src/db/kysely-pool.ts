import type { PostgresPool } from "kysely";
import type pg from "pg";

/** What pg says when `query_timeout` is over; it has no code. */
const NO_ANSWER = "Query read timeout";

/**
 * The pool as Kysely uses it. A query that got no answer in time is still on its connection, for as long as nobody says
 * that the server is gone. So nothing more is asked there, not even to roll back, and it is closed rather than given
 * back, where whoever is next would wait behind that query.
 */
export const kyselyPool = (pool: pg.Pool): PostgresPool => ({
  options: pool.options,
  connect: async () => {
    const client = await pool.connect();
    let silence: Error | undefined;
    const query = async (text: string, values: readonly unknown[]) => {
      if (silence !== undefined) throw silence;
      try {
        return await client.query(text, [...values]);
      } catch (error) {
        if (error instanceof Error && error.message === NO_ANSWER) silence = error;
        throw error;
      }
    };
    const release = (discard = false) => client.release(silence ?? discard);
    // Kysely's type has cursors too, which nobody here asks for.
    return { query: query as never, release };
  },
  end: () => pool.end(),
});
