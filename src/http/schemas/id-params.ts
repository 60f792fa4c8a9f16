import { z } from "zod";
import { AppError, type Code } from "../../errors.ts";
import { uuid } from "./common.ts";

/** The `{id}` of a path. Text that is no UUID is the id of nothing, so it answers as an unknown id does. */
export const idParams = (notFound: Code, noun: string) =>
  z.object({
    id: z
      .string()
      .transform((text) => {
        const parsed = uuid.safeParse(text);
        if (!parsed.success) throw new AppError(notFound, `There is no ${noun} with this id.`);
        return parsed.data;
      })
      .meta({ format: "uuid" }),
  });

/** The `{id}` of a path where the caller chooses it. */
export const chosenIdParams = z.object({ id: uuid });
