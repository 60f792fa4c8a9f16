import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Clock } from "../../src/clock.ts";
import { isoSeconds } from "../site.ts";
import type { DeliveryDetail, DeliveryView } from "./hooks-control.ts";
import type { PayloadDraft } from "./payloads/draft-payload.ts";
import type { Attempt } from "./send-delivery.ts";

/** About this many are kept: more than the tests and a day of development make. */
const DELIVERIES_MAX = 1_000;
/** GitHub lists and sends again what is not older than that. */
const RETENTION_MS = 3 * 24 * 60 * 60 * 1000;
/** Ids of deliveries are large numbers, of a sequence of their own. */
const FIRST_ID = 12_000_000_000;

export interface NewDelivery {
  guid: string;
  event: string;
  action: string | null;
  installation_id: number;
  repository_id: number | null;
  /** {@link PayloadDraft} as JSON. */
  draft: string;
}

/** A delivery that has not been sent. */
export interface WaitingDelivery {
  id: number;
  guid: string;
  event: string;
  installation_id: number | null;
  /** Null: it is still a draft. */
  payload: string | null;
  draft: PayloadDraft | null;
}

export interface DeliveryFilter {
  /** Only ids below this one. */
  before?: number | undefined;
  status?: "success" | "failure" | undefined;
  limit: number;
}

/** What was, is being and will be delivered; on disk before whatever caused it is answered. */
export interface DeliveryStore {
  url(): string | null;
  setUrl(url: string | null): void;
  /** @returns the id of a delivery that waits to be sent. */
  add(delivery: NewDelivery): number;
  /** @returns the id of a waiting one with the payload and the GUID of one that was sent. */
  addAgain(id: number): number;
  /** Those that wait, oldest first. */
  waiting(): number[];
  read(id: number): WaitingDelivery;
  /** The payload is known and goes out now. */
  started(id: number, sent: { url: string; headers: Record<string, string>; payload: string }): void;
  finished(id: number, attempt: Attempt, duration_s: number): void;
  remove(id: number): void;
  /** Newest first. */
  list(filter: DeliveryFilter): DeliveryView[];
  get(id: number): DeliveryDetail | null;
  close(): void;
}

/**
 * One SQLite file, because rewriting or reading a thousand payloads for each event would be slow. What was under way
 * when the process ended counts as failed: nobody knows what became of it.
 * @param failed what is noted for those.
 */
export function openDeliveryStore(folder: string, clock: Clock, failed: Attempt): DeliveryStore {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(join(folder, "deliveries.sqlite"));
  database.exec(SCHEMA);
  const one = (sql: string, ...values: (string | number | null)[]): Row | undefined =>
    database.prepare(sql).get(...values) as Row | undefined;
  const all = (sql: string, ...values: (string | number | null)[]): Row[] =>
    database.prepare(sql).all(...values) as unknown as Row[];
  const run = (sql: string, ...values: (string | number | null)[]): number =>
    Number(database.prepare(sql).run(...values).lastInsertRowid);
  const kept = (): number => clock.now() - RETENTION_MS;

  const finished = (id: number, attempt: Attempt, duration_s: number): void => {
    const { status, status_code, headers, payload } = attempt;
    run(FINISH, duration_s, status, status_code, headers && JSON.stringify(headers), payload, id);
    run(
      "DELETE FROM deliveries WHERE state = 'done' AND (id <= ? OR delivered_at <= ?)",
      id - DELIVERIES_MAX,
      kept(),
    );
  };
  for (const { id } of all("SELECT id FROM deliveries WHERE state = 'under_way'")) finished(id, failed, 0);

  return {
    url: () => one("SELECT url FROM hook")?.url ?? null,
    setUrl: (url) => void run("UPDATE hook SET url = ?", url),
    add: ({ guid, event, action, installation_id, repository_id, draft }) =>
      run(ADD, guid, event, action, installation_id, repository_id, draft),
    addAgain: (id) => run(ADD_AGAIN, id),
    waiting: () => all("SELECT id FROM deliveries WHERE state = 'waiting' ORDER BY id").map(({ id }) => id),
    read(id) {
      const row = one("SELECT * FROM deliveries WHERE id = ?", id);
      if (!row) throw new Error(`There is no delivery ${id}.`);
      return { ...row, draft: row.draft === null ? null : JSON.parse(row.draft) };
    },
    started: (id, { url, headers, payload }) => {
      run(START, url, JSON.stringify(headers), payload, clock.now(), id);
    },
    finished,
    remove: (id) => void run("DELETE FROM deliveries WHERE id = ?", id),
    list({ before = Number.MAX_SAFE_INTEGER, status, limit }) {
      const rows = all(LIST[status ?? "any"], before, kept(), limit);
      return rows.map(view);
    },
    get(id) {
      const row = one(
        "SELECT * FROM deliveries WHERE id = ? AND state = 'done' AND delivered_at > ?",
        id,
        kept(),
      );
      return row ? detail(row) : null;
    },
    close: () => {
      if (database.isOpen) database.close();
    },
  };
}

interface Row {
  id: number;
  guid: string;
  event: string;
  action: string | null;
  installation_id: number | null;
  repository_id: number | null;
  redelivery: 0 | 1;
  draft: string | null;
  payload: string | null;
  url: string | null;
  request_headers: string | null;
  /** Milliseconds since the epoch. */
  delivered_at: number;
  duration_s: number;
  status: string;
  status_code: number;
  response_headers: string | null;
  response_payload: string | null;
}

/** The operating system keeps what was written when the process is killed, so nothing is flushed to the disk itself. */
const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = OFF;
  CREATE TABLE IF NOT EXISTS hook (id INTEGER PRIMARY KEY CHECK (id = 1), url TEXT);
  INSERT OR IGNORE INTO hook (id, url) VALUES (1, NULL);
  CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    guid TEXT NOT NULL,
    event TEXT NOT NULL,
    action TEXT,
    installation_id INTEGER,
    repository_id INTEGER,
    redelivery INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'under_way', 'done')),
    draft TEXT,
    payload TEXT,
    url TEXT,
    request_headers TEXT,
    delivered_at INTEGER,
    duration_s REAL,
    status TEXT,
    status_code INTEGER,
    response_headers TEXT,
    response_payload TEXT
  );
  INSERT INTO sqlite_sequence (name, seq) SELECT 'deliveries', ${FIRST_ID}
    WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'deliveries');
`;

const ADD = `INSERT INTO deliveries (guid, event, action, installation_id, repository_id, redelivery, state, draft)
  VALUES (?, ?, ?, ?, ?, 0, 'waiting', ?)`;
const ADD_AGAIN = `INSERT INTO deliveries
    (guid, event, action, installation_id, repository_id, redelivery, state, payload)
  SELECT guid, event, action, installation_id, repository_id, 1, 'waiting', payload FROM deliveries WHERE id = ?`;
const START = `UPDATE deliveries SET state = 'under_way', draft = NULL, url = ?, request_headers = ?, payload = ?,
  delivered_at = ? WHERE id = ?`;
const FINISH = `UPDATE deliveries SET state = 'done', duration_s = ?, status = ?, status_code = ?,
  response_headers = ?, response_payload = ? WHERE id = ?`;

const list = (condition: string): string =>
  `SELECT * FROM deliveries WHERE state = 'done' AND id < ? AND delivered_at > ? ${condition}
   ORDER BY id DESC LIMIT ?`;
const LIST = {
  any: list(""),
  success: list("AND status_code BETWEEN 200 AND 299"),
  failure: list("AND status_code NOT BETWEEN 200 AND 299"),
};

function view(row: Row): DeliveryView {
  return {
    id: row.id,
    guid: row.guid,
    delivered_at: isoSeconds(row.delivered_at),
    redelivery: row.redelivery === 1,
    duration: row.duration_s,
    status: row.status,
    status_code: row.status_code,
    event: row.event,
    action: row.action,
    installation_id: row.installation_id,
    repository_id: row.repository_id,
  };
}

function detail(row: Row): DeliveryDetail {
  return {
    ...view(row),
    url: row.url ?? "",
    request: { headers: JSON.parse(row.request_headers ?? "{}"), payload: JSON.parse(row.payload ?? "{}") },
    response: {
      headers: row.response_headers === null ? null : JSON.parse(row.response_headers),
      payload: row.response_payload,
    },
  };
}
