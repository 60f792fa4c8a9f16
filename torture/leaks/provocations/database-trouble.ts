import { setTimeout as delay } from "node:timers/promises";
import { sql } from "kysely";
import { adminClient, withDatabase } from "../../../test/support/databases.ts";
import type { LeakWorld } from "../leak-world.ts";
import { expectStatus } from "./expect-status.ts";
import { createPastedScenario } from "./pasted-scenario.ts";
import type { Provocation } from "./provocation.ts";

const ANSWER_TIMEOUT_MS = 30_000;
const QUEUE_POLL_MS = 100;

/** PostgreSQL's errors hold rows, and those of its driver hold addresses. */
export const databaseTrouble: Provocation[] = [
  {
    name: "rows full of secrets that the database refuses, with the row in its error",
    needs: "quiet",
    run: async (world) => {
      const { fromStudy, byHand } = await createPastedScenario(world);
      const id = await byHand();
      await withRule(world, "digests", "narrative = ''", async () => {
        const refused = await fromStudy().catch(() => "refused");
        if (refused !== "refused") throw new Error("the row was taken");
      });
      await withRule(world, "proposal_events", "kind <> 'open_pr_requested'", async () => {
        const headers = { "x-relyloop-actor": world.canaries.paste.token };
        const answer = await world.api.request("POST", `/proposals/${id}/open_pr`, { headers });
        expectStatus(500, answer, "a press");
      });
    },
  },
  {
    name: "a job that the database lets down, so that the queue keeps its error",
    needs: "quiet",
    run: async (world) => {
      const { byHand } = await createPastedScenario(world);
      const id = await byHand();
      await withRule(world, "proposal_heads", "head_sha = ''", async () => {
        expectStatus(202, await world.api.press(id), "a press");
        const deadline = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
        while (!(await queueKeepsAnError(world, id)))
          await delay(QUEUE_POLL_MS, undefined, { signal: deadline });
      });
    },
  },
  {
    name: "a database that lets nobody in",
    needs: "quiet",
    run: async ({ databaseUrl, webUrl, workerUrl, api }) => {
      const name = /\/([a-z0-9_]+)(?:\?|$)/.exec(databaseUrl)?.[1] ?? "";
      const admin = adminClient(withDatabase(databaseUrl, "postgres"));
      await admin.connect();
      try {
        await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
        await admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", [
          name,
        ]);
        expectStatus(503, await api.request("GET", "/proposals"), "a list");
        for (const url of [webUrl, workerUrl]) {
          const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
          const answer = await fetch(`${url}/readyz`, { signal });
          await answer.arrayBuffer();
          expectStatus(503, answer, "/readyz");
        }
      } finally {
        await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
        await admin.end();
      }
    },
  },
];

/** New rows have to obey it. */
const withRule = async (
  { db }: Pick<LeakWorld, "db">,
  table: string,
  rule: string,
  work: () => Promise<void>,
): Promise<void> => {
  const name = sql.id("rule_of_torture");
  await sql`ALTER TABLE ${sql.table(table)} ADD CONSTRAINT ${name} CHECK (${sql.raw(rule)}) NOT VALID`.execute(
    db,
  );
  try {
    await work();
  } finally {
    await sql`ALTER TABLE ${sql.table(table)} DROP CONSTRAINT ${name}`.execute(db);
  }
};

const queueKeepsAnError = async ({ db }: Pick<LeakWorld, "db">, proposalId: string): Promise<boolean> => {
  const { rows } = await sql`
    SELECT FROM pgboss.job WHERE data->>'proposal_id' = ${proposalId} AND output IS NOT NULL
    UNION ALL SELECT FROM proposals WHERE id = ${proposalId} AND open_pr_state = 'failed' LIMIT 1`.execute(
    db,
  );
  return rows.length > 0;
};
