import { once } from "node:events";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../../src/db/connect.ts";
import { isDatabaseUnavailable, isUndoneForOthers, violatedConstraint } from "../../src/db/db-errors.ts";
import { AppError } from "../../src/errors.ts";
import type { TestDatabase } from "../support/databases.ts";
import { createTestDatabase } from "../support/postgres.ts";

let database: TestDatabase;
let pool: pg.Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = new pg.Pool({ connectionString: database.url });
  pool.on("error", () => undefined);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const thrownBy = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => new Error("nothing was thrown"),
    (error: unknown) => error,
  );

/** Through a pool of the product's own, which is closed again. */
const queryAt = async (connectionString: string): Promise<unknown> => {
  const opened = connect({ connectionString }, () => undefined);
  return thrownBy(opened.pool.query("SELECT 1").finally(() => opened.pool.end()));
};

describe("a database that is not there", () => {
  it("is recognised where nobody listens", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    server.close();
    await once(server, "close");
    expect(isDatabaseUnavailable(await queryAt(`postgresql://127.0.0.1:${port}/x`))).toBe(true);
    // A name with an IPv4 and an IPv6 address gives one error for both.
    expect(isDatabaseUnavailable(await queryAt(`postgresql://localhost:${port}/x`))).toBe(true);
  });

  it("is recognised where the socket folder is gone", async () => {
    const folder = join(tmpdir(), "relyloop-no-such-folder");
    expect(isDatabaseUnavailable(await queryAt(`postgresql:///x?host=${encodeURIComponent(folder)}`))).toBe(
      true,
    );
  });

  it("is recognised where the server hangs up before it speaks", async () => {
    const server = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    expect(isDatabaseUnavailable(await queryAt(`postgresql://127.0.0.1:${port}/x`))).toBe(true);
    server.close();
  });

  it("is recognised where the server shows us the door", async () => {
    const other = await createTestDatabase();
    await other.drop();
    const error = await queryAt(other.url);
    expect(error).toMatchObject({ severity: "FATAL" });
    expect(isDatabaseUnavailable(error)).toBe(true);
  });

  it("is recognised where the server vanished in the middle of a query, and nothing comes any more", async () => {
    const client = new pg.Client({ connectionString: database.url, query_timeout: 50 });
    client.on("error", () => undefined);
    await client.connect();
    expect(isDatabaseUnavailable(await thrownBy(client.query("SELECT pg_sleep(60)")))).toBe(true);
    // It waits for the query, which goes on at the server.
    const end = client.end().catch(() => undefined);
    await pool.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_sleep(60)' AND pid <> pg_backend_pid()",
    );
    await end;
  });

  it("is recognised when it ends a session in the middle of a query", async () => {
    const client = await pool.connect();
    client.on("error", () => undefined);
    const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
    const slow = thrownBy(client.query("SELECT pg_sleep(60)"));
    await pool.query("SELECT pg_terminate_backend($1)", [rows[0]?.pid]);
    expect(isDatabaseUnavailable(await slow)).toBe(true);
    const afterwards = await thrownBy(client.query("SELECT 1"));
    expect(isDatabaseUnavailable(afterwards)).toBe(true);
    client.release(true);
  });

  it("is recognised when a query is cut off by its time limit", async () => {
    const error = await thrownBy(pool.query("SET statement_timeout = 1; SELECT pg_sleep(60)"));
    await pool.query("RESET statement_timeout");
    expect(error).toMatchObject({ code: "57014" });
    expect(isDatabaseUnavailable(error)).toBe(true);
  });

  it("is recognised where the server was demoted, and a session of before can't write any more", async () => {
    const error = await thrownBy(pool.query("BEGIN READ ONLY; CREATE TABLE anything ()"));
    await pool.query("ROLLBACK");
    expect(error).toMatchObject({ code: "25006" });
    expect(isDatabaseUnavailable(error)).toBe(true);
  });

  it("is recognised by a pool that is closed already", async () => {
    const closed = new pg.Pool({ connectionString: database.url });
    await closed.end();
    expect(isDatabaseUnavailable(await thrownBy(closed.query("SELECT 1")))).toBe(true);
  });
});

describe("a transaction that others were in the way of", () => {
  /** Two sessions with a transaction each, over two rows. */
  const twoTransactions = async (work: (one: pg.PoolClient, other: pg.PoolClient) => Promise<unknown>) => {
    const [one, other] = [await pool.connect(), await pool.connect()];
    try {
      await one.query("CREATE TABLE rows (id int PRIMARY KEY, value int)");
      await one.query("INSERT INTO rows VALUES (1, 0), (2, 0)");
      for (const client of [one, other]) await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
      return await work(one, other);
    } finally {
      for (const client of [one, other]) await client.query("ROLLBACK");
      await one.query("DROP TABLE rows");
      one.release();
      other.release();
    }
  };
  const raise = (id: number) => `UPDATE rows SET value = value + 1 WHERE id = ${id}`;

  it("is recognised when two wait for each other", async () => {
    const error = await twoTransactions(async (one, other) => {
      await other.query("SET LOCAL deadlock_timeout = '1h'");
      await one.query(raise(1));
      await other.query(raise(2));
      const waiting = other.query(raise(1));
      const thrown = await thrownBy(one.query(raise(2)));
      await one.query("ROLLBACK");
      await waiting;
      return thrown;
    });
    expect(error).toMatchObject({ code: "40P01" });
    expect([isUndoneForOthers(error), isDatabaseUnavailable(error)]).toEqual([true, false]);
  });

  it("is recognised when what it began with has changed meanwhile", async () => {
    const error = await twoTransactions(async (one, other) => {
      await one.query("SELECT FROM rows");
      await other.query(raise(1));
      await other.query("COMMIT");
      return thrownBy(one.query(raise(1)));
    });
    expect(error).toMatchObject({ code: "40001" });
    expect([isUndoneForOthers(error), isDatabaseUnavailable(error)]).toEqual([true, false]);
  });

  it("is recognised when it waited for a lock for as long as it may", async () => {
    const error = await twoTransactions(async (one, other) => {
      await one.query(raise(1));
      return thrownBy(other.query("SET LOCAL lock_timeout = 1").then(() => other.query(raise(1))));
    });
    expect(error).toMatchObject({ code: "55P03" });
    expect([isUndoneForOthers(error), isDatabaseUnavailable(error)]).toEqual([true, false]);
  });
});

describe("an error that waiting does not cure", () => {
  it.each([
    ["a query with a mistake", "SELEKT 1"],
    ["a table that does not exist", "SELECT * FROM nowhere"],
    ["a refused value", "INSERT INTO proposal_event_counter VALUES (true, 1)"],
    ["a number out of range", "SELECT 1 / 0"],
  ])("is not mistaken for it: %s", async (_what, query) => {
    const error = await thrownBy(pool.query(query));
    expect([isUndoneForOthers(error), isDatabaseUnavailable(error)]).toEqual([false, false]);
  });

  it.each([
    [new AppError("CLONE_FAILED", "GitHub did not answer.")],
    [new TypeError("x is not a function")],
    [new AggregateError([])],
    [new AggregateError([Object.assign(new Error("refused"), { code: "ECONNREFUSED" }), new Error("a bug")])],
    ["ECONNREFUSED"],
    [{ code: "ECONNREFUSED" }],
    [null],
  ])("is not mistaken for it: %s", (error) => {
    expect(isDatabaseUnavailable(error)).toBe(false);
  });
});

describe("the violated constraint", () => {
  it("is named for each kind", async () => {
    const named = async (query: string) => violatedConstraint(await thrownBy(pool.query(query)));
    expect(await named("INSERT INTO proposal_event_counter VALUES (true, 1)")).toBe(
      "proposal_event_counter_pkey",
    );
    expect(await named("INSERT INTO proposal_event_counter VALUES (false, 1)")).toBe(
      "proposal_event_counter_only_row_check",
    );
    const id = "'0198a0c0-0000-7000-8000-000000000000'";
    expect(
      await named(
        `INSERT INTO clusters (id, name, engine_type, environment, config_repo_id) VALUES (${id}, 'x', 'solr', 'dev', ${id})`,
      ),
    ).toBe("clusters_config_repo_id_fkey");
    expect(await named("UPDATE proposal_event_counter SET last_seq = NULL"), "it has no name").toBe("");
  });

  it("is null for any other error", async () => {
    expect(violatedConstraint(await thrownBy(pool.query("SELEKT 1")))).toBeNull();
    expect(violatedConstraint(Object.assign(new Error("x"), { code: "23505" }))).toBeNull();
  });
});
