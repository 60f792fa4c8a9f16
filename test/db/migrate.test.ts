import { randomBytes, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { migrate, schemaState } from "../../src/db/migrate.ts";
import { OPEN_PR_QUEUE, SWEEP_QUEUE } from "../../src/queue/queues.ts";
import { adminClient, withDatabase } from "../support/databases.ts";

const FIRST = "0001-proposals";
const SECOND = "0002-github-in-and-out";
const ALL = [FIRST, SECOND];

interface Empty {
  readonly url: string;
  readonly pool: pg.Pool;
}

/** A database with nothing in it, which `createTestDatabase` does not give. */
const useEmptyDatabase = (): Empty => {
  const { adminUrl, prefix } = inject("postgres");
  const name = `${prefix}_${randomBytes(6).toString("hex")}`;
  const url = withDatabase(adminUrl, name);
  const pool = new pg.Pool({ connectionString: url });
  pool.on("error", () => undefined);
  const asAdmin = async (statement: string) => {
    const admin = adminClient(adminUrl);
    await admin.connect();
    await admin.query(statement).finally(() => admin.end());
  };
  beforeAll(() => asAdmin(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8'`));
  afterAll(async () => {
    await pool.end();
    await asAdmin(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  });
  return { url, pool };
};

/** Everything the migrations make, in PostgreSQL's own words. */
const describeSchema = async (pool: pg.Pool): Promise<string[]> => {
  const { rows } = await pool.query<{ line: string }>(`
    WITH ours AS (
      SELECT oid, relname FROM pg_class
      WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'schema_migrations'
    )
    SELECT format('column %s.%s %s %s %s %s', relname, attname, attnum, format_type(atttypid, atttypmod), attnotnull,
      (SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = attrelid AND adnum = attnum)) AS line
    FROM pg_attribute JOIN ours ON ours.oid = attrelid WHERE attnum > 0 AND NOT attisdropped
    UNION ALL
    SELECT format('constraint %s.%s %s', relname, conname, pg_get_constraintdef(con.oid))
    FROM pg_constraint con JOIN ours ON ours.oid = conrelid
    UNION ALL
    SELECT pg_get_indexdef(indexrelid) FROM pg_index JOIN ours ON ours.oid = indrelid
    UNION ALL
    SELECT pg_get_triggerdef(tg.oid) FROM pg_trigger tg JOIN ours ON ours.oid = tgrelid WHERE NOT tgisinternal
    UNION ALL
    SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL
    SELECT format('sequence %s', relname) FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'S' AND relname NOT LIKE 'schema_migrations%'
    ORDER BY line`);
  return rows.map(({ line }) => line);
};

describe("migrating up, down and up again", () => {
  const database = useEmptyDatabase();

  it("leaves the schema of the first time, and nothing in between", async () => {
    expect(await schemaState(database.pool)).toEqual({ kind: "behind", missing: ALL });
    const connection = { connectionString: database.url };

    expect(await migrate(connection)).toEqual(ALL);
    const first = await describeSchema(database.pool);
    expect(first).toContainEqual(expect.stringMatching(/^column proposals\.open_pr_run /));
    expect(first).toContainEqual(expect.stringContaining("proposals_one_live_per_study"));
    expect(first).toContainEqual(expect.stringMatching(/^CREATE TRIGGER proposal_events_append_only/));
    expect(await schemaState(database.pool)).toEqual({ kind: "current" });

    expect(await migrate(connection, "down")).toEqual(ALL.toReversed());
    expect(await describeSchema(database.pool)).toEqual([]);
    expect(await schemaState(database.pool)).toEqual({ kind: "behind", missing: ALL });

    expect(await migrate(connection)).toEqual(ALL);
    expect(await describeSchema(database.pool)).toEqual(first);
  });

  it("does nothing when there is nothing to do", async () => {
    expect(await migrate({ connectionString: database.url })).toEqual([]);
    expect(await schemaState(database.pool)).toEqual({ kind: "current" });
  });

  it("makes the queues, with one active job per config repo", async () => {
    const { rows } = await database.pool.query("SELECT name, policy FROM pgboss.queue ORDER BY name");
    expect(rows).toContainEqual({ name: OPEN_PR_QUEUE, policy: "singleton" });
    expect(rows).toContainEqual({ name: SWEEP_QUEUE, policy: "exclusive" });
  });

  it("notices a schema of a newer version, and still names first what is missing", async () => {
    const add = "INSERT INTO schema_migrations (name, run_on) VALUES ($1, now())";
    await database.pool.query(add, ["0999-from-the-future"]);
    expect(await schemaState(database.pool)).toEqual({ kind: "ahead", unknown: ["0999-from-the-future"] });

    await database.pool.query("DELETE FROM schema_migrations WHERE name = $1", [FIRST]);
    expect(await schemaState(database.pool)).toEqual({ kind: "behind", missing: [FIRST] });
  });
});

describe("a database that was in use before GitHub's events were heard", () => {
  const database = useEmptyDatabase();
  const ids = Array.from({ length: 5 }, () => randomUUID());
  const [repo, cluster, template, opened, pending] = ids;

  it("knows afterwards which repository each pull request is in, and reads it again", async () => {
    const connection = { connectionString: database.url };
    await migrate(connection);
    const [, down = ""] = readFileSync(`migrations/${SECOND}.sql`, "utf8").split("-- Down Migration");
    await database.pool.query(down);
    await database.pool.query("DELETE FROM schema_migrations WHERE name = $1", [SECOND]);
    await database.pool.query(`
      INSERT INTO config_repos (id, name, repo_url, github_repo_id, owner, repo, default_branch, pr_base_branch, auth_ref,
        registered_via) VALUES ('${repo}', 'r', 'https://github.com/a/r', 7, 'a', 'r', 'main', 'main', '1', 'api');
      INSERT INTO clusters (id, name, engine_type, environment) VALUES ('${cluster}', 'c', 'solr', 'dev');
      INSERT INTO query_templates (id, name, version, engine_type, declared_params)
        VALUES ('${template}', 't', 1, 'solr', '{}');
      INSERT INTO proposals (id, cluster_id, template_id, config_diff, status, pr_url, pr_number, pr_head_sha) VALUES
        ('${opened}', '${cluster}', '${template}', '{}', 'pr_opened', 'https://github.com/a/r/pull/3', 3, repeat('a', 40)),
        ('${pending}', '${cluster}', '${template}', '{}', 'pending', NULL, NULL, repeat('b', 40));
      INSERT INTO proposal_heads (proposal_id, config_repo_id, branch, base_branch, head_sha, attempt) VALUES
        ('${opened}', '${repo}', 'b', 'stable', repeat('a', 40), 1),
        ('${pending}', '${repo}', 'b', 'stable', repeat('b', 40), 1)`);

    expect(await migrate(connection)).toEqual([SECOND]);
    const { rows } = await database.pool.query(`
      SELECT id, pr_config_repo_id, pr_base_ref, due_at <= now() AS due FROM proposals
      LEFT JOIN pull_mirrors ON proposal_id = id ORDER BY pr_number`);
    expect(rows).toEqual([
      { id: opened, pr_config_repo_id: repo, pr_base_ref: "stable", due: true },
      { id: pending, pr_config_repo_id: null, pr_base_ref: null, due: null },
    ]);
  });
});

describe("several migrators at once", () => {
  const database = useEmptyDatabase();

  it("on an empty database all succeed, and one of them does the work", async () => {
    const connection = { connectionString: database.url };
    const ran = await Promise.all(Array.from({ length: 4 }, () => migrate(connection)));
    expect(ran.flat()).toEqual(ALL);
    expect(await schemaState(database.pool)).toEqual({ kind: "current" });
  });

  it("wait for the one that works, and then do nothing", async () => {
    const connection = { connectionString: database.url };
    await migrate(connection, "down");
    const blocker = await database.pool.connect();
    try {
      await blocker.query("BEGIN; LOCK TABLE schema_migrations IN ACCESS EXCLUSIVE MODE");
      const migrators = [migrate(connection), migrate(connection)];
      const waiting = async () => {
        const { rows } = await database.pool.query<{ locktype: string }>(
          `SELECT locktype FROM pg_locks JOIN pg_stat_activity USING (pid)
           WHERE NOT granted AND application_name = 'relyloop-migrate' AND datname = current_database()
           ORDER BY locktype`,
        );
        return rows.map(({ locktype }) => locktype);
      };
      // One is at work, held up by the table; the other by the one at work.
      await expect.poll(waiting).toEqual(["advisory", "relation"]);
      await blocker.query("COMMIT");
      expect((await Promise.all(migrators)).flat()).toEqual(ALL);
    } finally {
      blocker.release(true);
    }
  });
});
