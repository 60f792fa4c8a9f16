import { defineConfig } from "vitest/config";

/** Tests of the whole service run twice, some apart: in one process, and with web and worker in two. */
const service = ["test/service/**/*.test.ts"];
/** What is the same however many processes there are, so these run in one alone. */
const withinOne = ["api-codes", "params-file", "worker-codes"].map((name) => `test/service/${name}.test.ts`);
/** What GitHub tells arrives at one process and is done by the other, so these run as two alone. */
const acrossProcesses = ["feedback", "installations", "mirror"].map((name) => `test/service/${name}.test.ts`);

export default defineConfig({
  test: {
    // Most tests wait for the database, for git and for processes; the default would leave one of two cores idle.
    maxWorkers: 3,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    globalSetup: ["test/support/postgres-setup.ts"],
    projects: [
      {
        extends: true,
        test: { name: "parts", include: ["test/**/*.test.ts"], exclude: service },
      },
      {
        extends: true,
        test: {
          name: "service, one process",
          include: service,
          exclude: acrossProcesses,
          provide: { processes: "one" },
        },
      },
      {
        extends: true,
        test: {
          name: "service, two processes",
          include: service,
          exclude: withinOne,
          provide: { processes: "two" },
        },
      },
    ],
  },
});
