import { setTimeout as sleep } from "node:timers/promises";

const POLL_MS = 30;

/** Looks again until it is so. @returns whether it became so in time */
export const until = async (
  isSo: () => Promise<boolean>,
  limits: { timeout_ms: number; poll_ms?: number },
): Promise<boolean> => {
  const deadline_ms = performance.now() + limits.timeout_ms;
  while (!(await isSo())) {
    if (performance.now() > deadline_ms) return false;
    await sleep(limits.poll_ms ?? POLL_MS);
  }
  return true;
};
