import fc from "fast-check";
import type { TestService } from "../../test/support/start-service.ts";
import type { Random } from "../random.ts";
import type { LiveFeed } from "./feed.ts";
import { judge } from "./judge.ts";
import { type SequenceCommand, sequenceCommands, submitNew } from "./sequence-commands.ts";
import type { SequenceModel } from "./sequence-model.ts";
import { createSequenceWorld } from "./sequence-world.ts";

/** Of one sequence; a counterexample is far shorter. */
const COMMANDS_MAX = 24;
/** A failure is made smaller for so long at most. */
const SHRINK_MS_MAX = 60_000;

export interface Sequences {
  sequences: number;
  commands: number;
  violations: string[];
}

interface SequenceOptions {
  random: Random;
  live: LiveFeed;
  /** At most; none is begun once the time is over. */
  sequences: number;
  duration_ms: number;
  signal: AbortSignal;
}

/**
 * One command after the other, each with all that follows from it, foretold by a model: so that what goes wrong even
 * without a race is seen in as few commands as it takes.
 */
export const runSequences = async (
  service: TestService,
  { random, live, sequences, duration_ms, signal }: SequenceOptions,
): Promise<Sequences> => {
  const until_ms = performance.now() + duration_ms;
  let [begun, commands, failed] = [0, 0, false];
  const run = async (sequence: Iterable<SequenceCommand>): Promise<void> => {
    const world = await createSequenceWorld(service, signal);
    const model: SequenceModel = { app: "active", proposals: [] };
    for (const study of ["none", "new"] as const) await submitNew(world, model.proposals, study);
    await fc.asyncModelRun(() => ({ model, real: world }), sequence);
    commands += world.agreed();
    const wrong = await judge(service, { ...world, live });
    if (wrong.length > 0) throw new Error(wrong.join("\n    "));
  };
  const every = fc.commands(sequenceCommands, { maxCommands: COMMANDS_MAX, size: "max" });
  const property = fc.asyncProperty(every, async (sequence) => {
    if (!failed && performance.now() > until_ms) return;
    begun++;
    await run(sequence).catch((error: unknown) => {
      failed = true;
      throw error;
    });
  });
  const details = await fc.check(property, {
    seed: random.below(2 ** 31),
    numRuns: sequences,
    unbiased: true,
    interruptAfterTimeLimit: duration_ms + SHRINK_MS_MAX,
  });
  const violations = details.failed
    ? [`one command after the other: ${details.errorInstance}\n${fc.defaultReportMessage(details)}`]
    : [];
  return { sequences: begun, commands, violations };
};
