import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import pg from "pg";
import { createMessageReader, type PostgresMessage } from "./postgres-messages.ts";
import { createStatementReader, type Statement } from "./statements.ts";

/** Sees each statement of the connections that lead through a proxy. What it waits for, the connection waits for. */
export interface StatementWatcher {
  /** It has not reached PostgreSQL yet. */
  before?(statement: Statement): Promise<void> | undefined;
  /** PostgreSQL is done with it; the client does not know yet. `changed`: whether it says that rows were written. */
  after?(statement: Statement, changed: boolean): Promise<void> | undefined;
}

export interface PostgresProxy {
  /** Leads to the same database. */
  url: string;
  /** Replaces the watcher; null: nobody looks. */
  watch(watcher: StatementWatcher | null): void;
  close(): Promise<void>;
}

/** Stands between one process and its database, so that a test can be at the moment before and after each statement. */
export const startPostgresProxy = async (databaseUrl: string): Promise<PostgresProxy> => {
  const { host, port, user, database } = new pg.Client({ connectionString: databaseUrl });
  const target = host.startsWith("/") ? { path: `${host}/.s.PGSQL.${port}` } : { host, port };
  const sockets = new Set<Socket>();
  let watcher: StatementWatcher | null = null;
  // Messages are passed on one by one; waiting for more to send at once would cost 40 ms for each.
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect({ ...target, noDelay: true });
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on("error", () => other.destroy());
      socket.on("close", () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    relay(client, upstream, () => watcher);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port: own } = server.address() as AddressInfo;
  return {
    url: `postgresql://${user ?? "postgres"}@127.0.0.1:${own}/${database ?? ""}`,
    watch: (next) => {
      watcher = next;
    },
    close: async () => {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
};

/** A message after which the client waits: PostgreSQL answers it with ReadyForQuery. */
const endsUnit = ({ type }: PostgresMessage): boolean => type === "Q" || type === "S";

const relay = (client: Socket, upstream: Socket, watcher: () => StatementWatcher | null): void => {
  const statementIn = createStatementReader();
  /** What was sent and is not answered yet, in order. */
  const underWay: (Statement | null)[] = [];
  let sending: Statement | null = null;
  inOrder(client, createMessageReader({ startsWithoutType: true }), async (message) => {
    sending = statementIn(message) ?? sending;
    if (endsUnit(message)) {
      const statement = sending;
      sending = null;
      if (statement !== null) await watcher()?.before?.(statement);
      underWay.push(statement);
    }
    upstream.write(message.bytes);
  });

  let changed = false;
  /** The login ends with a ReadyForQuery that nobody's statement asked for. */
  let loggedIn = false;
  inOrder(upstream, createMessageReader({ startsWithoutType: false }), async (message) => {
    if (message.type === "C") changed ||= saysChanged(message);
    if (message.type === "Z") {
      const statement = loggedIn ? (underWay.shift() ?? null) : null;
      loggedIn = true;
      if (statement !== null) await watcher()?.after?.(statement, changed);
      // Within a transaction the changes so far belong to the statement that commits it.
      if (message.content.toString() === "I") changed = false;
    }
    client.write(message.bytes);
  });
};

/** A CommandComplete such as `UPDATE 1`; a SELECT may hold a writing part, of which it does not tell. */
const saysChanged = ({ content }: PostgresMessage): boolean =>
  /^(INSERT \d+|UPDATE|DELETE|SELECT) [1-9]/.test(content.toString());

const inOrder = (
  socket: Socket,
  read: (chunk: Buffer) => PostgresMessage[],
  handle: (message: PostgresMessage) => Promise<void>,
): void => {
  let last = Promise.resolve();
  socket.on("data", (chunk: Buffer) => {
    for (const message of read(chunk)) last = last.then(() => handle(message));
    last.catch(() => socket.destroy());
  });
};
