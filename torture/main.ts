import { randomInt } from "node:crypto";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createDatabase } from "../test/support/databases.ts";
import { openTestPostgres } from "../test/support/test-postgres.ts";
import type { Outcome, Part } from "./part.ts";
import { tracks } from "./parts.ts";
import { createRandom } from "./random.ts";

/** All parts together; each stops trying new things once it is over. */
const TIME_MAX_MS = 9.5 * 60_000;
const THOROUGH_TIME_MAX_MS = 60 * 60_000;
const parts = tracks.flat();
const SEED_END = 2 ** 31;

const USAGE = `npm run torture -- [--seed N] [--only part,part] [--short | --thorough]

${parts.map(({ name, about }) => `  ${name.padEnd(10)}${about}`).join("\n")}
`;

// As in vitest.config.ts: the processes load the same modules again and again.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(
  new URL("../node_modules/.cache/node-compile", import.meta.url),
);

const print = (line: string) => process.stdout.write(`${line}\n`);

const main = async (): Promise<number> => {
  const { values } = parseArgs({
    options: {
      seed: { type: "string" },
      only: { type: "string" },
      short: { type: "boolean", default: false },
      thorough: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const chosen = choose(values.only?.split(","));
  const seed = values.seed === undefined ? randomInt(SEED_END) : Number(values.seed);
  if (!Number.isSafeInteger(seed) || seed < 0 || seed >= SEED_END)
    throw new RangeError("--seed: 0 to 2^31 - 1");
  print(`seed ${seed}`);
  const { postgres, close } = await openTestPostgres();
  const started_ms = performance.now();
  const signal = AbortSignal.timeout(values.thorough ? THOROUGH_TIME_MAX_MS : TIME_MAX_MS);
  const runPart = async (part: Part): Promise<number> => {
    if (signal.aborted) {
      print(`\n${part.name}: time was over before it began`);
      return 1;
    }
    const began_ms = performance.now();
    const outcome = await part.run({
      size: values.short ? "short" : "full",
      thorough: values.thorough,
      random: createRandom(seed).of(part.name),
      createDatabase: () => createDatabase(postgres),
      note: (line) => print(`  … ${part.name}: ${line}`),
      signal,
    });
    // What was not tried says nothing.
    if (signal.aborted) outcome.violations.push("time was over before everything was tried");
    printOutcome(part, outcome, performance.now() - began_ms);
    return outcome.violations.length;
  };
  let violations = 0;
  try {
    const ended = await Promise.allSettled(
      tracks.map(async (track) => {
        for (const part of track.filter((one) => chosen.includes(one))) {
          // The other track counts meanwhile.
          const found = await runPart(part);
          violations += found;
        }
      }),
    );
    const broken = ended.find((track) => track.status === "rejected");
    if (broken !== undefined) throw broken.reason;
  } finally {
    await close();
  }
  print(`\n${violations} violations, seed ${seed}, ${inSeconds(performance.now() - started_ms)}`);
  return violations === 0 ? 0 : 1;
};

const choose = (names: string[] | undefined): readonly Part[] => {
  if (names === undefined) return parts;
  const unknown = names.filter((name) => !parts.some((part) => part.name === name));
  if (unknown.length > 0) throw new Error(`there is no part ${unknown.join(", ")}\n\n${USAGE}`);
  return parts.filter(({ name }) => names.includes(name));
};

const printOutcome = ({ name, about }: Part, { figures, violations }: Outcome, took_ms: number): void => {
  print(`\n${name}: ${about}`);
  for (const [words, figure] of Object.entries(figures))
    print(`  ${figure.toLocaleString("en").padStart(8)}  ${words}`);
  print(`  ${String(violations.length).padStart(8)}  violations, ${inSeconds(took_ms)}`);
  for (const violation of violations) print(`  ✗ ${violation}`);
};

const inSeconds = (ms: number): string => `${Math.round(ms / 1_000)} s`;

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
}
