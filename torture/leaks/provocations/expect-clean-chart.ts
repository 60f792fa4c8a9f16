import { createHash } from "node:crypto";
import { createChartRenderer } from "../../../src/charts/importance-chart.ts";
import { chartPath } from "../../../src/proposals/config-path.ts";
import type { LeakWorld } from "../leak-world.ts";
import { importanceOf } from "./pasted-scenario.ts";

interface Charted {
  /** `owner/name` */
  repository: string;
  commit: string;
  studyId: string;
}

/**
 * Nobody finds a word in a picture by its bytes. But the same numbers always make the same picture, so the one in the
 * repository has to be the one that is drawn of a study whose param is called what stands for a secret.
 * @throws when it is another one
 */
export const expectCleanChart = async (
  { sandbox }: Pick<LeakWorld, "sandbox">,
  { repository, commit, studyId }: Charted,
): Promise<void> => {
  const pushed = (await sandbox.git(repository, "rev-parse", `${commit}:${chartPath(studyId)}`)).trim();
  const chart = await createChartRenderer()(importanceOf("[redacted]"));
  if (pushed !== blobOf(chart)) throw new Error("the chart shows something else than [redacted]");
};

/** The id git gives to a file: https://git-scm.com/book/en/v2/Git-Internals-Git-Objects */
const blobOf = (bytes: Uint8Array): string =>
  createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
