import { z } from "zod";
import { uuid } from "./common.ts";

/** What open_pr would do now. */
export const previewSchema = z
  .object({
    proposal_id: uuid,
    branch: z.string().describe("The branch that would be made."),
    base_branch: z.string(),
    base_sha: z.string().describe("Tip of the base branch, which the commits would stand on."),
    path: z.string().describe("The params file."),
    diff: z.string().describe("Unified diff of the params file."),
    title: z.string(),
    body: z.string().describe("Markdown."),
    changes: z.array(
      z.object({
        param: z.string(),
        from: z.unknown().optional().describe("Value on base; absent when base has none."),
        to: z.unknown(),
      }),
    ),
    drift: z
      .array(
        z.object({
          param: z.string(),
          expected: z.unknown(),
          actual: z.unknown().optional().describe("Value on base; absent when base has none."),
        }),
      )
      .describe("Parameters whose value on base is not the one the proposal was made from."),
    out_of_range: z.array(
      z.object({
        param: z.string(),
        value: z.number(),
        low: z.number().nullable(),
        high: z.number().nullable(),
      }),
    ),
    chart: z
      .object({ media_type: z.literal("image/png"), base64: z.string() })
      .nullable()
      .describe("null: made by hand, or a table stands in its place."),
  })
  .meta({ id: "Preview" });

export type Preview = z.output<typeof previewSchema>;
