/**
 * `npm run mutation`: Stryker changes the code in one place at a time and runs the tests that come by there; a change no
 * test notices is a survivor. Fails where too many survive, counted strictly (`mutation-score.ts`).
 *
 * What follows `--` goes to Stryker: `npm run mutation -- --mutate src/redact.ts`.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { openTestPostgres } from "../test/support/test-postgres.ts";
import { type MutationReport, mutationScore, percentOf } from "./mutation-score.ts";

const SCORE_PERCENT_MIN = 85;
const TIME_MAX_MS = 60 * 60_000;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const CONFIG = "stryker/stryker.config.json";
/** As {@link CONFIG} says. */
const REPORT = join(root, "reports/mutation.json");
const SURVIVORS = join(root, "reports/mutation-survivors.txt");

const print = (line: string) => process.stdout.write(`${line}\n`);

/** One PostgreSQL for all of Stryker's workers: it kills those that hang, which could not stop one of their own. */
const runStryker = async (args: readonly string[]): Promise<void> => {
  const { postgres, close } = await openTestPostgres();
  try {
    const bin = join(root, "node_modules/@stryker-mutator/core/bin/stryker.js");
    const stryker = spawn(process.execPath, [bin, "run", CONFIG, ...args], {
      cwd: root,
      env: { ...process.env, TEST_DATABASE_URL: postgres.adminUrl },
      stdio: "inherit",
      signal: AbortSignal.timeout(TIME_MAX_MS),
    });
    const [code] = await once(stryker, "exit");
    if (code !== 0) throw new Error(`Stryker ended with ${code}`);
  } finally {
    await close();
  }
};

const main = async (): Promise<number> => {
  // One of an earlier run must not be taken for this one's.
  await rm(REPORT, { force: true });
  await runStryker(process.argv.slice(2));
  const score = mutationScore(JSON.parse(await readFile(REPORT, "utf8")) as MutationReport);
  await writeFile(SURVIVORS, `${score.survivors.join("\n")}\n`);
  for (const file of score.files) print(`${inPercent(file)}  ${file.killed}/${file.mutants}  ${file.path}`);
  print(
    `${inPercent(score)}  ${score.killed}/${score.mutants}  in all, of which ${SCORE_PERCENT_MIN} % are due`,
  );
  print(`survivors: ${SURVIVORS}`);
  return percentOf(score) >= SCORE_PERCENT_MIN ? 0 : 1;
};

const inPercent = (tally: Parameters<typeof percentOf>[0]): string =>
  `${percentOf(tally).toFixed(1).padStart(5)} %`;

process.exitCode = await main();
