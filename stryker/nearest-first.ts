import { basename, dirname } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Tries many inputs, so that it takes longer than all else. */
const PROPERTIES = /-properties\.test\.ts$/;

/**
 * Stryker tries a mutant until the first test fails: so the tests named after the mutated file go first, then their
 * neighbours, and at the end what takes long.
 */
export class NearestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const [mutated = ""] = this.ctx.config.related ?? [];
    return files.toSorted((one, other) => distance(one, mutated) - distance(other, mutated));
  }
}

const distance = ({ moduleId }: TestSpecification, mutated: string): number => {
  if (PROPERTIES.test(moduleId)) return 3;
  if (basename(moduleId, ".test.ts") === basename(mutated, ".ts")) return 0;
  return dirname(mutated).endsWith(dirname(moduleId).replace(/^.*\/test\//, "/src/")) ? 1 : 2;
};
