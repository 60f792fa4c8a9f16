import { existsSync, globSync } from "node:fs";
import { dirname, join } from "node:path/posix";
import { describe, expect, it } from "vitest";
import { projectPath, readDocument } from "./read-markdown.ts";

const documents = ["README.md", "CONTRIBUTING.md", ...globSync("docs/**/*.md", { cwd: projectPath("") })];

/** Targets of links within the project: `[path, anchor]`. */
const linksOf = (document: string): [path: string, anchor: string][] =>
  [...readDocument(document).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [path = "", anchor = ""] = target.split("#");
      return [path === "" ? document : join(dirname(document), path), anchor];
    });

/** As GitHub makes them from headings. */
const anchorsOf = (document: string): string[] =>
  [...readDocument(document).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );

describe("the documents", () => {
  it("are more than a handful", () => {
    expect(documents.length).toBeGreaterThan(6);
  });

  it.each(documents)("link to what is there: %s", (document) => {
    const broken = linksOf(document).filter(
      ([path, anchor]) =>
        !existsSync(projectPath(path)) || (anchor !== "" && !anchorsOf(path).includes(anchor)),
    );
    expect(broken).toEqual([]);
  });
});
