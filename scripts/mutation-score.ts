/** What is read of Stryker's report: https://github.com/stryker-mutator/mutation-testing-elements, report schema. */
export interface MutationReport {
  files: Record<string, { mutants: readonly Mutant[] }>;
}

export interface Mutant {
  mutatorName: string;
  replacement?: string;
  status: string;
  location: { start: { line: number; column: number } };
}

export interface Tally {
  mutants: number;
  killed: number;
}

export interface MutationScore extends Tally {
  /** Lowest share first. */
  files: (Tally & { path: string })[];
  /** Every mutant that was not killed, as `path:line:column`, its status and what it was. */
  survivors: string[];
}

/**
 * Counts strictly: a mutant is killed when a test failed for it. Stryker itself leaves out what is ignored or does not
 * run, and takes a timeout for a kill; here each of them has survived.
 */
export const mutationScore = ({ files }: MutationReport): MutationScore => {
  const tallies = Object.entries(files).map(([path, { mutants }]) => ({
    path,
    mutants: mutants.length,
    killed: mutants.filter(isKilled).length,
  }));
  const sum = (of: keyof Tally) => tallies.reduce((total, tally) => total + tally[of], 0);
  return {
    mutants: sum("mutants"),
    killed: sum("killed"),
    files: tallies.toSorted((one, other) => percentOf(one) - percentOf(other)),
    survivors: Object.entries(files).flatMap(([path, { mutants }]) =>
      mutants.filter((mutant) => !isKilled(mutant)).map((mutant) => describe(path, mutant)),
    ),
  };
};

/** Of nothing nothing is missing. */
export const percentOf = ({ mutants, killed }: Tally): number =>
  mutants === 0 ? 100 : (100 * killed) / mutants;

const isKilled = ({ status }: Mutant): boolean => status === "Killed";

const describe = (path: string, { location, status, mutatorName, replacement = "" }: Mutant): string => {
  const { line, column } = location.start;
  return `${path}:${line}:${column} ${status} ${mutatorName}: ${replacement.replaceAll(/\s+/g, " ")}`;
};
