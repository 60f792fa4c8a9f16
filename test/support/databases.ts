import { randomBytes } from "node:crypto";
import pg from "pg";

/** A PostgreSQL in which databases are made for one run of tests, and a migrated one to copy. */
export interface TestPostgres {
  /** Address of a database one may be connected to while others are made and dropped. */
  adminUrl: string;
  /** A migrated database nobody can connect to, so that it can be copied at any moment. */
  template: string;
  /** Every database of this run has a name that begins so. */
  prefix: string;
}

export interface TestDatabase {
  /** Address for pg, psql and DATABASE_URL. */
  url: string;
  /** Ends every connection to it and removes it; safe to call twice. */
  drop(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 10_000;
const QUERY_TIMEOUT_MS = 30_000;

/** Gives a migrated database of one's own. Whatever is not dropped goes at the end of the run. */
export const createDatabase = async ({ adminUrl, template, prefix }: TestPostgres): Promise<TestDatabase> => {
  const name = `${prefix}_${randomBytes(6).toString("hex")}`;
  // Copying the files takes a third of the time of the default, which writes the whole copy into the log too.
  await runAsAdmin(adminUrl, `CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY file_copy`);
  return {
    url: withDatabase(adminUrl, name),
    drop: () => runAsAdmin(adminUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
};

/** The same server, another database. An address by socket folder has no host, which `URL` cannot parse. */
export const withDatabase = (url: string, database: string): string =>
  url.replace(/^(postgres(?:ql)?:\/\/[^/?#]*)(?:\/[^?#]*)?/, `$1/${database}`);

export const adminClient = (adminUrl: string): pg.Client =>
  new pg.Client({
    connectionString: adminUrl,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    application_name: "relyloop-test-admin",
  });

const runAsAdmin = async (adminUrl: string, statement: string): Promise<void> => {
  const client = adminClient(adminUrl);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
};
