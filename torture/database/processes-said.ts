import type { Stage } from "./stage.ts";

/** Looks through everything the processes wrote for secrets and for what nobody was ready for. */
export const checkSaid = ({ processes, told }: Pick<Stage, "processes" | "told">): void => {
  for (const [role, process] of Object.entries(processes)) {
    for (const line of process.log()) told.read(`the log of the ${role}`, JSON.stringify(line));
    const errors = process.errors();
    told.read(`the errors of the ${role}`, errors);
    // Node writes there of rejections nobody handled, and of listeners that are never taken away.
    if (errors !== "") told.violation(`the ${role} wrote to standard error: ${errors}`);
  }
};
