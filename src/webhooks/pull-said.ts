import type { z } from "zod";
import type { PullSaid } from "../queue/event-jobs.ts";
import type { pullPart } from "./payload-parts.ts";

/** What an event claims of a pull request. A closed one with a merge commit is not merged by that. */
export const pullSaid = (pull: z.output<typeof pullPart>): PullSaid => ({
  state: pull.merged || pull.merged_at ? "merged" : (pull.state ?? null),
  updated_at: pull.updated_at ?? null,
});
