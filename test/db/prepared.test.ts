import { sql } from "kysely";
import { describe, expect, it } from "vitest";
import type { Executor } from "../../src/db/connect.ts";
import { prepared } from "../../src/db/prepared.ts";
import { useStore } from "./store-fixtures.ts";

const store = useStore();

/** The statements the connection keeps, by their text. */
const kept = async (db: Executor): Promise<string[]> => {
  const { rows } = await sql<{ statement: string }>`SELECT statement FROM pg_prepared_statements`.execute(db);
  return rows.map(({ statement }) => statement);
};

describe("prepared statements", () => {
  it("are planned once for a connection, and take other values", async () => {
    const db = prepared(store.pool);
    await db.transaction().execute(async (trx) => {
      const add = async (left: number, right: number) =>
        (await sql<{ sum: number }>`SELECT ${left}::int + ${right}::int AS sum`.execute(trx)).rows;
      expect(await add(1, 2)).toEqual([{ sum: 3 }]);
      expect(await add(4, 5)).toEqual([{ sum: 9 }]);
      expect(await kept(trx)).toEqual(["SELECT $1::int + $2::int AS sum"]);
    });
  });

  it("are part of the transaction they are in", async () => {
    const db = prepared(store.pool);
    const add = (trx: Executor, name: string) =>
      trx.insertInto("reconciliations").values({ name, data: "{}" }).execute();
    await db.transaction().execute((trx) => add(trx, "kept"));
    const failing = db.transaction().execute(async (trx) => {
      await add(trx, "lost");
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    const rows = await store.db.selectFrom("reconciliations").select("name").execute();
    expect(rows).toEqual([{ name: "kept" }]);
  });

  it("are bounded: further ones are planned each time", async () => {
    const db = prepared(store.pool);
    await db.connection().execute(async (one) => {
      const before = (await kept(one)).length;
      for (let at = 0; at < 60; at++) await sql`SELECT ${at}::int AS ${sql.ref(`column_${at}`)}`.execute(one);
      expect((await kept(one)).length).toBe(before + 50);
    });
  });

  it("outlive whoever used them: the pool belongs to others", async () => {
    await prepared(store.pool).destroy();
    expect((await sql<{ one: number }>`SELECT 1 AS one`.execute(store.db)).rows).toEqual([{ one: 1 }]);
  });
});
