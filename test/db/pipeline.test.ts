import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Db, Executor } from "../../src/db/connect.ts";
import { openPipeline, type Pipeline } from "../../src/db/pipeline.ts";
import { useStore } from "./store-fixtures.ts";

const store = useStore();
let opened: Pipeline | undefined;
beforeAll(() => {
  opened = openPipeline(store.pool, 1);
});
afterAll(() => opened?.close());

const inTransaction = <T>(work: (trx: Db) => Promise<T>): Promise<T> => {
  if (opened === undefined) throw new Error("it is opened before the first test");
  return opened.transaction(work);
};

const add = (db: Executor, name: string) =>
  db.insertInto("reconciliations").values({ name, data: "{}" }).execute();
const names = async () =>
  (await store.db.selectFrom("reconciliations").select("name").orderBy("name").execute()).map(
    ({ name }) => name,
  );
const one = async (db: Executor) => (await sql<{ one: number }>`SELECT ${1}::int AS one`.execute(db)).rows;

/** The statements the connection keeps, by their text. */
const kept = async (db: Executor): Promise<string[]> => {
  const { rows } = await sql<{ statement: string }>`SELECT statement FROM pg_prepared_statements`.execute(db);
  return rows.map(({ statement }) => statement);
};

describe("a transaction of the pipeline", () => {
  it("keeps what was done in it, also what was sent side by side", async () => {
    await inTransaction((trx) => Promise.all([add(trx, "kept 1"), add(trx, "kept 2")]));
    expect(await names()).toEqual(["kept 1", "kept 2"]);
  });

  it("is one: what it does is seen by nobody before it ends", async () => {
    await inTransaction(async (trx) => {
      await add(trx, "kept 3");
      expect(await names()).not.toContain("kept 3");
    });
    expect(await names()).toContain("kept 3");
  });

  it("is undone when its work throws, and the connection goes on", async () => {
    const failing = inTransaction(async (trx) => {
      await add(trx, "lost 1");
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    expect(await names()).not.toContain("lost 1");
    expect(await inTransaction(one)).toEqual([{ one: 1 }]);
  });

  it("is undone when one of the statements side by side fails, with that one's error", async () => {
    const failing = inTransaction((trx) =>
      Promise.all([sql`SELECT ${1}::int / 0`.execute(trx), add(trx, "lost 2"), add(trx, "lost 3")]),
    );
    await expect(failing).rejects.toThrow("division by zero");
    expect(await names()).not.toContain("lost 2");
    expect(await inTransaction(one)).toEqual([{ one: 1 }]);
  });

  it("is undone, and says so, when the error of a statement went no further", async () => {
    const failing = inTransaction(async (trx) => {
      await add(trx, "lost 4");
      await sql`SELECT ${1}::int / 0`.execute(trx).catch(() => undefined);
    });
    await expect(failing).rejects.toThrow("the transaction was undone");
    expect(await names()).not.toContain("lost 4");
  });

  it("fails when its connection is lost, and the next one gets another", async () => {
    const failing = inTransaction(async (trx) => {
      const { rows } = await sql<{ pid: number }>`SELECT pg_backend_pid() AS pid`.execute(trx);
      await sql`SELECT pg_terminate_backend(${rows[0]?.pid}::int)`.execute(store.db);
      await add(trx, "lost 5");
    });
    await expect(failing).rejects.toThrow();
    expect(await inTransaction(one)).toEqual([{ one: 1 }]);
    expect(await names()).not.toContain("lost 5");
  });

  it("has each statement planned once for a connection, and no more than fifty", async () => {
    await inTransaction(async (trx) => {
      const before = await kept(trx);
      expect(await one(trx)).toEqual([{ one: 1 }]);
      expect(await one(trx)).toEqual([{ one: 1 }]);
      const again = await kept(trx);
      expect(again.filter((text) => text === "SELECT $1::int AS one")).toHaveLength(1);
      for (let at = 0; at < 60; at++) await sql`SELECT ${at}::int AS ${sql.ref(`column_${at}`)}`.execute(trx);
      expect((await kept(trx)).length).toBe(50);
      expect(before.length).toBeLessThan(50);
    });
  });
});

describe("a closed pipeline", () => {
  it("has left no connection, and the pool it is like goes on", async () => {
    const another = openPipeline(store.pool, 2);
    const name = "pipeline-to-close";
    await another.transaction(async (trx) => {
      await sql`SELECT set_config('application_name', ${name}, false)`.execute(trx);
    });
    const connections = async () =>
      (await store.pool.query("SELECT 1 FROM pg_stat_activity WHERE application_name = $1", [name])).rowCount;
    expect(await connections()).toBe(1);
    await another.close();
    await another.close();
    await expect.poll(connections).toBe(0);
    await expect(another.transaction(one)).rejects.toThrow();
    expect(await one(store.db)).toEqual([{ one: 1 }]);
  });
});
