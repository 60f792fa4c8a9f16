import { randomBytes } from "node:crypto";
import { join } from "node:path";
import pg from "pg";
import { startTestCluster, type TestCluster } from "../../test/support/test-cluster.ts";
import { type Network, openNetwork } from "./network.ts";

/** A PostgreSQL of this part's own, which it may end and break. */
export interface OwnPostgres extends Pick<TestCluster, "end" | "startAgain"> {
  /** What web and worker are given. It holds a password that nothing asks for and nobody may ever see. */
  serviceUrl: string;
  password: string;
  /** What the service's connections go through. */
  network: Pick<Network, "fallSilent">;
  /** Asks it over a connection of its own, so that no fault is met by a connection made before. */
  query<Row extends pg.QueryResultRow>(sql: string, values?: unknown[]): Promise<Row[]>;
  /** A session that stays, such as one that holds a lock; errors of a lost connection are left to its queries. */
  session(): Promise<pg.Client>;
  close(): Promise<void>;
}

const SESSION_NAME = "torture";
const CONNECT_TIMEOUT_MS = 10_000;
const QUERY_TIMEOUT_MS = 15_000;
/** For web, worker, a further process and ourselves; few, because one fault takes them all. */
const CONNECTIONS_MAX = 70;
/** Of the service's sessions: shorter than its own limits, so that nobody has to wait half a minute for them. */
const STATEMENT_TIMEOUT_MS = 2_500;
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 1_500;
const ANSWER_TIMEOUT_MS = 4_000;

/** What is stored is stored as in production: a crash must not lose what was answered for. */
const SETTINGS = { max_connections: String(CONNECTIONS_MAX), superuser_reserved_connections: "0" };

/** Sessions of the service, as a condition on pg_stat_activity. */
export const OF_THE_SERVICE = `datname = current_database() AND backend_type = 'client backend'
  AND application_name <> '${SESSION_NAME}'`;

export const openOwnPostgres = async (): Promise<OwnPostgres> => {
  const cluster = await startTestCluster(SETTINGS);
  const network = await openNetwork(socketOf(cluster.adminUrl));
  const password = randomBytes(16).toString("hex");
  const session = async () => {
    const client = new pg.Client({
      connectionString: cluster.adminUrl,
      application_name: SESSION_NAME,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      // Whatever the database is told for the service's sessions.
      options: "-c default_transaction_read_only=off",
      query_timeout: QUERY_TIMEOUT_MS,
    });
    client.on("error", () => undefined);
    await client.connect();
    return client;
  };
  return {
    serviceUrl: serviceUrlOf(cluster.adminUrl, password, network.port),
    password,
    network,
    end: cluster.end,
    startAgain: cluster.startAgain,
    session,
    query: async <Row extends pg.QueryResultRow>(sql: string, values: unknown[] = []) => {
      const client = await session();
      try {
        return (await client.query<Row>(sql, values)).rows;
      } finally {
        await client.end().catch(() => undefined);
      }
    },
    close: async () => {
      await network.close();
      await cluster.stop();
    },
  };
};

/** An address by socket folder has no host, which `URL` cannot parse. */
const partsOf = (adminUrl: string) => {
  const [, user = "", database = "", query = ""] =
    /^postgresql:\/\/(\w+)@\/(\w+)\?(.*)$/.exec(adminUrl) ?? [];
  return { user, database, query: new URLSearchParams(query) };
};

const socketOf = (adminUrl: string): string => {
  const { query } = partsOf(adminUrl);
  return join(query.get("host") ?? "", `.s.PGSQL.${query.get("port")}`);
};

const serviceUrlOf = (adminUrl: string, password: string, port: number): string => {
  const { user, database } = partsOf(adminUrl);
  const limits = new URLSearchParams({
    statement_timeout: String(STATEMENT_TIMEOUT_MS),
    idle_in_transaction_session_timeout: String(IDLE_IN_TRANSACTION_TIMEOUT_MS),
    query_timeout: String(ANSWER_TIMEOUT_MS),
    sslmode: "disable",
  });
  return `postgresql://${user}:${password}@127.0.0.1:${port}/${database}?${limits}`;
};
