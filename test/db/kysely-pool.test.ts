import { CompiledQuery } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../../src/db/connect.ts";
import { isDatabaseUnavailable } from "../../src/db/db-errors.ts";
import type { TestDatabase } from "../support/databases.ts";
import { createTestDatabase } from "../support/postgres.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

describe("a connection on which no answer comes any more", () => {
  /** In place of the 35 s of a process. */
  const impatient = () => {
    const { url } = database;
    const connectionString = `${url}${url.includes("?") ? "&" : "?"}query_timeout=300`;
    return connect({ connectionString }, () => undefined).db;
  };
  const thrownBy = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);
  const silence = CompiledQuery.raw("SELECT pg_sleep(600)");
  const question = CompiledQuery.raw("SELECT 1 AS one");

  it("is not used again: whoever is next gets an answer", async () => {
    const db = impatient();
    const error = await thrownBy(db.executeQuery(silence));
    expect(isDatabaseUnavailable(error)).toBe(true);
    expect((await db.executeQuery(question)).rows).toEqual([{ one: 1 }]);
    await db.destroy();
  });

  it("is asked nothing more by the transaction that has it", async () => {
    const db = impatient();
    const errors: unknown[] = [];
    const transaction = db.transaction().execute(async (trx) => {
      errors.push(await thrownBy(trx.executeQuery(silence)), await thrownBy(trx.executeQuery(question)));
      throw errors[0];
    });
    const error = await thrownBy(transaction);
    expect(isDatabaseUnavailable(error)).toBe(true);
    expect(errors[1]).toBe(error);
    await db.destroy();
  });
});
