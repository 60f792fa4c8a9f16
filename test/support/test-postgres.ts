import { randomBytes } from "node:crypto";
import type pg from "pg";
import { migrate } from "../../src/db/migrate.ts";
import { adminClient, type TestPostgres, withDatabase } from "./databases.ts";
import { startTestCluster } from "./test-cluster.ts";

const PREFIX = "relyloop_test_";
/** Any number: first half of the name of the advisory locks that runs hold. */
const RUN_LOCK = 20_261_122;

/**
 * One PostgreSQL for a whole run, with a migrated template database in it. By default it is the embedded one in a
 * temporary folder; TEST_DATABASE_URL names another (PostgreSQL 15 or newer, a user who may create databases).
 */
export const openTestPostgres = async (): Promise<{ postgres: TestPostgres; close(): Promise<void> }> => {
  const external = process.env.TEST_DATABASE_URL;
  const cluster = external ? { adminUrl: external, stop: async () => undefined } : await startTestCluster();
  const admin = adminClient(cluster.adminUrl);
  admin.on("error", () => undefined);
  const prefix = `${PREFIX}${randomBytes(6).toString("hex")}`;
  const close = async () => {
    try {
      await dropDatabases(admin, prefix);
      await admin.end();
    } finally {
      await cluster.stop();
    }
  };
  try {
    await admin.connect();
    await admin.query("SELECT pg_advisory_lock($1, hashtext($2))", [RUN_LOCK, prefix]);
    await dropLeftovers(admin);
    const template = `${prefix}_template`;
    await createTemplate(admin, cluster.adminUrl, template);
    return { postgres: { adminUrl: cluster.adminUrl, template, prefix }, close };
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
};

/** Once nobody can connect to it, PostgreSQL copies it at any time: a source with sessions would be refused. */
const createTemplate = async (admin: pg.Client, adminUrl: string, name: string): Promise<void> => {
  await admin.query(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8'`);
  await migrate({ connectionString: withDatabase(adminUrl, name) });
  await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
};

/** A run that was killed could not drop its databases; the lock of one that lives is taken. */
const dropLeftovers = async (admin: pg.Client): Promise<void> => {
  const { rows } = await admin.query<{ prefix: string }>(
    "SELECT DISTINCT substring(datname FROM $1) AS prefix FROM pg_database WHERE datname ~ $1",
    [`^${PREFIX}[0-9a-f]{12}`],
  );
  for (const { prefix } of rows) {
    const lock = await admin.query<{ free: boolean }>(
      "SELECT pg_try_advisory_lock($1, hashtext($2)) AS free",
      [RUN_LOCK, prefix],
    );
    if (!lock.rows[0]?.free) continue;
    await dropDatabases(admin, prefix);
    await admin.query("SELECT pg_advisory_unlock($1, hashtext($2))", [RUN_LOCK, prefix]);
  }
};

const dropDatabases = async (admin: pg.Client, prefix: string): Promise<void> => {
  const { rows } = await admin.query<{ datname: string }>(
    "SELECT datname FROM pg_database WHERE starts_with(datname, $1)",
    [prefix],
  );
  for (const { datname } of rows) await admin.query(`DROP DATABASE IF EXISTS ${datname} WITH (FORCE)`);
};
