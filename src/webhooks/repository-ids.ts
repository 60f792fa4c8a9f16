import { z } from "zod";
import { withId } from "./payload-parts.ts";

/** What a job carries along; the list itself is read from GitHub. */
const IDS_MAX = 100;

/** A payload may list thousands, and may leave the list out. */
export const repositoriesPart = z.array(z.unknown()).nullish().catch(null);

/** The ids of the first hundred repositories of a list. */
export const idsOf = (repositories: unknown[] | null | undefined): number[] =>
  (repositories ?? []).slice(0, IDS_MAX).flatMap((repository) => {
    const { data } = withId.safeParse(repository);
    return data === undefined ? [] : [data.id];
  });
