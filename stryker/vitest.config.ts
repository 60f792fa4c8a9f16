import { defineConfig } from "vitest/config";
import { NearestFirst } from "./nearest-first.ts";

/** The tests that mutants of `stryker.config.json` are tried against: those of one part, without a whole service. */
export default defineConfig({
  test: {
    include: ["test/proposals/**/*.test.ts", "test/redact.test.ts", "test/jobs/open-pr/**/*.test.ts"],
    exclude: ["test/jobs/open-pr/{open-pr-runs,preview-pr,round-trips}.test.ts"],
    isolate: false,
    cache: false,
    runner: "stryker/lazy-runner.ts",
    sequence: { sequencer: NearestFirst },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 25_000 } },
    globalSetup: ["test/support/postgres-setup.ts"],
  },
});
