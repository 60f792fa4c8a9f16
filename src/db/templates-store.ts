import type { Selectable } from "kysely";
import { v7 as uuidv7 } from "uuid";
import type { Executor } from "./connect.ts";
import { type Page, type PageRequest, readPage } from "./pages.ts";
import type { QueryTemplatesTable } from "./schema.ts";

export type TemplateRow = Selectable<QueryTemplatesTable>;
export type NewTemplate = Omit<TemplateRow, "id" | "created_at">;

/** @throws a unique violation of `query_templates_name_version_key`. */
export const insertTemplate = (db: Executor, template: NewTemplate): Promise<TemplateRow> =>
  db
    .insertInto("query_templates")
    .values({ id: uuidv7(), ...template, declared_params: JSON.stringify(template.declared_params) })
    .returningAll()
    .executeTakeFirstOrThrow();

export const findTemplate = (db: Executor, id: string): Promise<TemplateRow | undefined> =>
  db.selectFrom("query_templates").selectAll().where("id", "=", id).executeTakeFirst();

export const findTemplates = async (db: Executor, ids: string[]): Promise<Map<string, TemplateRow>> => {
  if (ids.length === 0) return new Map();
  const rows = await db.selectFrom("query_templates").selectAll().where("id", "in", ids).execute();
  return new Map(rows.map((row) => [row.id, row]));
};

export const listTemplates = async (db: Executor, page: PageRequest): Promise<Page<TemplateRow>> => {
  const query = db.selectFrom("query_templates");
  const { total } = await query
    .select((eb) => eb.fn.countAll<number>().as("total"))
    .executeTakeFirstOrThrow();
  return readPage(query.selectAll(), "query_templates", page, total);
};
