import type { Db } from "../db/connect.ts";
import { violatedConstraint } from "../db/db-errors.ts";
import { insertTemplate, type NewTemplate, type TemplateRow } from "../db/templates-store.ts";
import { AppError } from "../errors.ts";

/**
 * Declares a version of a query template. Versions are never changed, because proposals refer to them.
 * @throws AppError TEMPLATE_EXISTS
 */
export const createCreateTemplate =
  ({ db }: { db: Db }) =>
  async (template: NewTemplate): Promise<TemplateRow> => {
    try {
      return await insertTemplate(db, template);
    } catch (error) {
      if (violatedConstraint(error) !== "query_templates_name_version_key") throw error;
      throw new AppError(
        "TEMPLATE_EXISTS",
        `Version ${template.version} of template ${template.name} exists already. Give the changed one a new version.`,
      );
    }
  };
