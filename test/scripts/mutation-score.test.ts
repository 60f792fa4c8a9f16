import { describe, expect, it } from "vitest";
import { mutationScore, percentOf } from "../../scripts/mutation-score.ts";

const mutant = (status: string, line = 1) => ({
  mutatorName: "BooleanLiteral",
  replacement: "false",
  status,
  location: { start: { line, column: 3 } },
});

describe("the strict mutation score", () => {
  it.each(["Survived", "Timeout", "NoCoverage", "Ignored", "RuntimeError", "CompileError", "Pending"])(
    "counts a mutant that ended as %s among the survivors",
    (status) => {
      const score = mutationScore({
        files: { "src/a.ts": { mutants: [mutant("Killed"), mutant(status, 7)] } },
      });
      expect(score).toMatchObject({ mutants: 2, killed: 1 });
      expect(score.survivors).toEqual([`src/a.ts:7:3 ${status} BooleanLiteral: false`]);
    },
  );

  it("is one of all files together, not their average", () => {
    const score = mutationScore({
      files: {
        "src/large.ts": { mutants: Array.from({ length: 9 }, () => mutant("Killed")) },
        "src/small.ts": { mutants: [mutant("Survived")] },
      },
    });
    expect(percentOf(score)).toBe(90);
    expect(score.files).toEqual([
      { path: "src/small.ts", mutants: 1, killed: 0 },
      { path: "src/large.ts", mutants: 9, killed: 9 },
    ]);
  });

  it("of a file without anything to change is full", () => {
    expect(percentOf(mutationScore({ files: { "src/types.ts": { mutants: [] } } }))).toBe(100);
  });
});
