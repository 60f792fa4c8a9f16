import { inject } from "vitest";
import { createTestDatabase } from "./postgres.ts";
import { startInOneProcess, startInTwoProcesses } from "./service-processes.ts";
import { startService, type TestService } from "./start-service.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** How the service under test runs: `one` process that is the test's own, or web and worker as `two` of theirs. */
    processes: "one" | "two";
  }
}

export type { TestService };

/** @param settings more environment; a variable set to undefined is taken away. */
export const startTestService = (settings: Record<string, string | undefined> = {}): Promise<TestService> =>
  startService(
    createTestDatabase,
    inject("processes") === "two" ? startInTwoProcesses : startInOneProcess,
    settings,
  );
