import fc from "fast-check";
import type { TestService } from "../../test/support/start-service.ts";
import type { Trial } from "../part.ts";
import { hostileWords, plainWords, type Words } from "./hostile-proposal.ts";
import { inTurns } from "./in-turns.ts";
import { judgeTexts } from "./judge-texts.ts";
import { type WrittenTexts, writeTexts } from "./written-texts.ts";

const PULLS = { short: 1, full: 6 };
const AT_A_TIME = 4;
/** Controls that a terminal obeys and JSON does not escape. */
const RAW_CONTROLS = /[\u007f-\u009f]/;

/** Opens pull requests from hostile values and rejects them, and holds every text that reached GitHub against a plain one. */
export const attackTexts = async (
  service: TestService,
  { size, random }: Pick<Trial, "size" | "random">,
): Promise<{ pulls: number; violations: string[] }> => {
  const seed = random.below(2 ** 31);
  const samples = fc.sample(hostileWords, { seed, numRuns: PULLS[size] });
  const [plain, ...hostile] = await inTurns([plainWords, ...samples], AT_A_TIME, (words) =>
    tryWrite(service, words),
  );
  const violations = hostile.flatMap((written, index) => {
    if (typeof written === "string") return [written];
    if (plain === undefined || typeof plain === "string") return [`of plain words: ${plain}`];
    return judgeTexts(written, plain).map(
      (problem) => `hostile values ${index} (fast-check: seed ${seed}): ${problem}`,
    );
  });
  return { pulls: samples.length, violations };
};

/** @returns what was written, or why there was no pull request */
const tryWrite = async (service: TestService, words: Words): Promise<WrittenTexts | string> => {
  try {
    return await writeTexts(service, words);
  } catch (error) {
    return `no pull request was made, ${String(error)}, of ${JSON.stringify(words)}`;
  }
};

/** One JSON object in each line, which `log()` has parsed, and nothing in it that does something to a terminal. */
export const judgeLog = ({ running }: { running: Pick<TestService["running"], "log"> }): string[] =>
  running.log().flatMap((line) => {
    const text = JSON.stringify(line);
    return RAW_CONTROLS.test(text)
      ? [`a log line holds a raw control character: ${JSON.stringify(text)}`]
      : [];
  });
