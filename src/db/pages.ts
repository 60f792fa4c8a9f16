import { type SelectQueryBuilder, sql } from "kysely";
import { AppError } from "../errors.ts";

/** A page of a list, newest first by `(created_at, id)`. */
export interface PageRequest {
  cursor: string | undefined;
  /** Rows, 1 to 200. */
  limit: number;
}

export interface Page<Row> {
  data: Row[];
  next_cursor: string | null;
  has_more: boolean;
  /** Rows of the whole list, for `X-Total-Count`. */
  total: number;
}

interface Position {
  created_at: Date;
  id: string;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** Opaque to callers: the last row of a page. `created_at` is kept in milliseconds, as the column is. */
const encodeCursor = (position: Position): string =>
  Buffer.from(`${position.created_at.toISOString()} ${position.id}`).toString("base64url");

const decodeCursor = (cursor: string): Position => {
  const [time = "", id = ""] = Buffer.from(cursor, "base64url").toString("utf8").split(" ");
  const created_at = new Date(time);
  // Not before 1970: no row is that old, and JavaScript knows years that PostgreSQL refuses.
  if (!ISO_TIME.test(time) || !(created_at.getTime() >= 0) || !UUID.test(id)) {
    throw new AppError("VALIDATION_ERROR", "The cursor is not one this API gave; start again without it.", {
      fields: [{ path: "cursor", message: "is not a cursor of this list" }],
    });
  }
  return { created_at, id };
};

/**
 * Cuts one page out of a filtered query. `alias` is the table whose `created_at` and `id` order the list. One row
 * more than asked for tells whether there is a next page, so that every row is reachable at every limit.
 */
export const readPage = async <DB, TB extends keyof DB, Row extends Position>(
  query: SelectQueryBuilder<DB, TB, Row>,
  alias: string,
  page: PageRequest,
  total: number,
): Promise<Page<Row>> => {
  const createdAt = sql.ref(`${alias}.created_at`);
  const id = sql.ref(`${alias}.id`);
  let limited = query
    .orderBy(createdAt, "desc")
    .orderBy(id, "desc")
    .limit(page.limit + 1);
  if (page.cursor !== undefined) {
    const after = decodeCursor(page.cursor);
    limited = limited.where(sql<boolean>`(${createdAt}, ${id}) < (${after.created_at}, ${after.id}::uuid)`);
  }
  const rows = (await limited.execute()) as Row[];
  const data = rows.slice(0, page.limit);
  const last = data.at(-1);
  const has_more = rows.length > page.limit;
  return { data, next_cursor: has_more && last ? encodeCursor(last) : null, has_more, total };
};
