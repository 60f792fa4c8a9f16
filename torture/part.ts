import type { TestDatabase } from "../test/support/databases.ts";
import type { Random } from "./random.ts";

/** What a part is given, whether `npm run torture` runs it or a test runs its short form. */
export interface Trial {
  /** `short`: a part of it, chosen by chance, in a few seconds. */
  size: "short" | "full";
  /** Leaves out nothing that others stand for, however long it takes. */
  thorough: boolean;
  random: Random;
  /** A migrated database of its own. */
  createDatabase(): Promise<TestDatabase>;
  /** Says what is under way. */
  note(line: string): void;
  /** Aborted when there is no time left. */
  signal: AbortSignal;
}

export interface Outcome {
  /** What was tried, under the words it is printed with, such as `boundaries killed`. */
  figures: Record<string, number>;
  /** What is promised and was not so, each with what is needed to see it again; empty is what everybody wants. */
  violations: string[];
}

/** One way of tormenting the service. */
export interface Part {
  name: string;
  /** What it does, in a line. */
  about: string;
  run(trial: Trial): Promise<Outcome>;
}
