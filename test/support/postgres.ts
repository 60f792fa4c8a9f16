import { inject } from "vitest";
import { createDatabase, type TestDatabase, type TestPostgres } from "./databases.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** What `postgres-setup.ts` hands to the test files. */
    postgres: TestPostgres;
  }
}

/** Gives a migrated database of one's own. Whatever is not dropped goes at the end of the run. */
export const createTestDatabase = (): Promise<TestDatabase> => createDatabase(inject("postgres"));
