import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../src/db/connect.ts";
import { createHealthChecks } from "../src/health.ts";
import type { Parts } from "../src/parts.ts";
import type { TestDatabase } from "./support/databases.ts";
import { createTestDatabase } from "./support/postgres.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** @param settings of PostgreSQL, for each session */
const check = async (settings: string) => {
  const { url } = database;
  const connectionString = `${url}${url.includes("?") ? "&" : "?"}options=${encodeURIComponent(settings)}`;
  const { db, pool } = connect({ connectionString }, () => undefined);
  const parts = { database: { db, pool }, queue: {}, github: null, sandbox: false } as unknown as Parts;
  const health = await createHealthChecks(parts).database();
  await db.destroy();
  return health;
};

describe("the database is", () => {
  it("ready when it answers and takes writes", async () => {
    expect(await check("-c application_name=test")).toEqual({ ok: true, detail: "answers" });
  });

  it("not ready when it takes none, as a standby that a failover has not promoted yet", async () => {
    const health = await check("-c default_transaction_read_only=on");
    expect(health).toEqual({ ok: false, detail: expect.stringContaining("takes no writes") });
  });
});
