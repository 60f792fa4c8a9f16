import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { State } from "../../sandbox/state/model.ts";
import { CHECK_NAME } from "../../src/proposals/check-name.ts";
import type { Stage } from "../boundaries/stage.ts";

/** What this GitHub remembers of check runs that bear our name. */
export const ownChecksOn = async ({ service }: Stage, headSha: string): Promise<State["check_runs"]> => {
  const text = await readFile(join(service.dataDir, "sandbox", "state.json"), "utf8");
  return (JSON.parse(text) as State).check_runs.filter(
    ({ head_sha, name }) => head_sha === headSha && name === CHECK_NAME,
  );
};
