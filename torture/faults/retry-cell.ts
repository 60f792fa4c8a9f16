import { findProposal } from "../../src/db/proposals-store.ts";
import { createFakeClock } from "../../test/support/fake-clock.ts";
import type { CellRun, Stage } from "./run-cell.ts";

/** After a failure: the proposal says so and can be pressed again, and once the fault is gone everything is there, once. */
export const retryCell = async (stage: Stage, { scene, ending }: CellRun): Promise<string[]> => {
  const { db, wire, queue, calm } = stage;
  const left = await leftBehind(db, { scene, ending });
  queue.drain();
  const clock = createFakeClock(new Date().toISOString());
  wire.begin({ clock });
  await queue.run(await scene.again(), { handlers: calm.handlers, clock, onDue: async () => undefined });
  const retried = [...(await scene.missing(false)), ...(await scene.doubled())];
  return [...left, ...retried.map((text) => `when it was tried again, ${text}`)];
};

const leftBehind = async (
  db: Stage["db"],
  { scene, ending }: Pick<CellRun, "scene" | "ending">,
): Promise<string[]> => {
  if (scene.job.kind !== "open_pr") return [];
  const row = await findProposal(db, scene.job.proposal_id);
  const [code] = ending.split(" ");
  return [
    ...(row?.status === "pending" && row.open_pr_state === "failed"
      ? []
      : [`it failed, and is ${row?.status}, ${row?.open_pr_state}`]),
    ...(row?.pr_open_error?.startsWith(`${code}: `) ? [] : [`pr_open_error is ${row?.pr_open_error}`]),
  ];
};
