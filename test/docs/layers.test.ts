import { globSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { codeWordsOf, projectPath, readDocument, sectionOf, tableRowsOf } from "./read-markdown.ts";

const SOURCE = projectPath("src");

/** Folder by folder, what docs/design.md lets it import. */
const allowed = new Map(
  tableRowsOf(sectionOf(readDocument("docs/design.md"), "## Layers")).map(([folder = "", , imports = ""]) => [
    codeWordsOf(folder)[0] ?? "",
    codeWordsOf(imports),
  ]),
);

/** Other folders of src that the files of this one import from. */
const importedBy = (folder: string): string[] => {
  const targets = globSync(`${folder}/**/*.ts`, { cwd: SOURCE }).flatMap((path) => {
    const source = readFileSync(`${SOURCE}/${path}`, "utf8");
    return [...source.matchAll(/from "((?:\.\.?\/)+[^"]+)"/g)].map(
      ([, target = ""]) => new URL(target, `file:///${path}`).pathname.split("/").slice(1, -1)[0],
    );
  });
  return [...new Set(targets.filter((target) => target !== undefined && target !== folder))] as string[];
};

const folders = [...new Set(globSync("*/**/*.ts", { cwd: SOURCE }).map((path) => path.split("/")[0] ?? ""))];

describe("the layers of docs/design.md", () => {
  it("name every folder of src", () => {
    expect([...allowed.keys()].sort()).toEqual(folders.sort());
  });

  it.each(folders)("hold for src/%s", (folder) => {
    expect(importedBy(folder).filter((target) => !allowed.get(folder)?.includes(target))).toEqual([]);
  });
});
