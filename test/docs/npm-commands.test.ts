import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { projectPath, readDocument } from "./read-markdown.ts";

const START_TIMEOUT_MS = 20_000;

const documents = [
  "README.md",
  "CONTRIBUTING.md",
  "Procfile",
  ...globSync("docs/**/*.md", { cwd: projectPath("") }),
];
const text = documents.map(readDocument).join("\n");

const allMatches = (pattern: RegExp): string[] => [
  ...new Set([...text.matchAll(pattern)].map(([, word = ""]) => word)),
];

/** The parts that main.ts says it has, in the usage it prints for a word it does not know. */
const knownParts = (): string[] => {
  const { status, stderr } = spawnSync(process.execPath, [projectPath("src/main.ts"), "nonsense"], {
    encoding: "utf8",
    timeout: START_TIMEOUT_MS,
  });
  expect(status).toBe(2);
  return /\[([\w| ]+)\]/.exec(stderr)?.[1]?.split(" | ") ?? [];
};

describe("the commands of the documents", () => {
  it("start only parts that there are", () => {
    expect(allMatches(/npm start (\w+)/g).sort()).toEqual(knownParts().sort());
  });

  it("run only scripts that there are", () => {
    const { scripts } = JSON.parse(readDocument("package.json")) as { scripts: Record<string, string> };
    const named = [...allMatches(/npm run ([\w:-]+)/g), "start", "test"];
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named));
  });

  it("of the Procfile are the release step and the two kinds of process", () => {
    expect(readDocument("Procfile").trim().split("\n")).toEqual([
      "release: npm start migrate",
      "web: npm start web",
      "worker: npm start worker",
    ]);
  });
});
