import { z } from "zod";
import { TEMPLATE_NAME_PATTERN } from "../../proposals/config-path.ts";
import { declaredParamsSchema } from "../../proposals/declared-params.ts";
import { answeredMoment, engineType, INTEGER_MAX, jsonObject, uuid } from "./common.ts";
import { pageOf } from "./pages.ts";

export const queryTemplateSchema = z
  .object({
    id: uuid,
    name: z.string(),
    version: z.int(),
    engine_type: engineType,
    declared_params: jsonObject,
    created_at: answeredMoment,
  })
  .meta({ id: "QueryTemplate" });

export const queryTemplatePageSchema = pageOf("QueryTemplatePage", queryTemplateSchema);

export const newQueryTemplateSchema = z
  .strictObject({
    name: z
      .string()
      .regex(TEMPLATE_NAME_PATTERN, "must be 1 to 100 of A-Z a-z 0-9 _ . - and begin with none of . -"),
    version: z.int().min(1).max(INTEGER_MAX),
    engine_type: engineType,
    declared_params: declaredParamsSchema,
  })
  .meta({ id: "NewQueryTemplate" });
