import type { TestProject } from "vitest/node";
import { openTestPostgres } from "./test-postgres.ts";

/** Vitest's global set-up. */
export const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  const { postgres, close } = await openTestPostgres();
  project.provide("postgres", postgres);
  return close;
};
