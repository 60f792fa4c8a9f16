import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const service = ["test/service/**/*.test.ts"];
/** What is the same however many processes there are. */
const inOne = ["api-codes", "params-file", "worker-codes"].map((name) => `test/service/${name}.test.ts`);
/** What a press does in both ways the service can run; all else is for web and worker apart. */
const inBoth = ["test/service/open-pr.test.ts"];

// Some 400 processes load the same modules; Node compiles each once, https://nodejs.org/api/module.html#module-compile-cache
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(
  new URL("node_modules/.cache/node-compile", import.meta.url),
);

export default defineConfig({
  test: {
    // Most tests wait for the database, for git and for processes; the default would leave one of two cores idle.
    maxWorkers: 3,
    // Each file in a process of its own would load the same modules 300 times. What a file changes, it puts back.
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // How long what is waited for may take says nothing; the default of a second depends on the machine.
    expect: { poll: { timeout: 25_000 } },
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
          include: [...inOne, ...inBoth],
          provide: { processes: "one" },
        },
      },
      {
        extends: true,
        test: {
          name: "service, two processes",
          include: service,
          exclude: inOne,
          provide: { processes: "two" },
        },
      },
    ],
  },
});
