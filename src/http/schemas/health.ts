import { z } from "zod";
import { errorSchema } from "./errors.ts";

const check = z.object({ ok: z.boolean(), detail: z.string() });
const checks = z.object({ database: check, queue: check, schema: check, github: check });

export const healthSchema = z.object({ status: z.literal("ok") }).meta({ id: "Health" });

export const readySchema = z.object({ status: z.literal("ready"), checks }).meta({ id: "Readiness" });

/** What is not ready is an error like any other, with the checks beside it. */
export const notReadySchema = z
  .object({ ...errorSchema.shape, status: z.literal("not_ready"), checks })
  .meta({ id: "NotReady" });
