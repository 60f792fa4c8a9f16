import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export interface Fence {
  /** What stands behind the opening fence, such as `sh`. */
  language: string;
  /** Without the indentation of the list item it may stand in. */
  text: string;
}

const ROOT = new URL("../../", import.meta.url);

/** @param path relative to the project's root */
export const readDocument = (path: string): string => readFileSync(new URL(path, ROOT), "utf8");

export const projectPath = (path: string): string => fileURLToPath(new URL(path, ROOT));

/** Every fenced block, in order. */
export const fencesOf = (markdown: string): Fence[] =>
  [...markdown.matchAll(/^( *)```(\w*)\n([\s\S]*?)^\1```$/gm)].map(
    ([, indent = "", language = "", text = ""]) => ({
      language,
      text: text.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
    }),
  );

/** What follows a heading, up to the next one of its level or above. @throws when there is no such heading */
export const sectionOf = (markdown: string, heading: string): string => {
  const level = /^#+/.exec(heading)?.[0].length ?? 0;
  const lines = markdown.split("\n");
  const start = lines.indexOf(heading);
  if (start === -1) throw new Error(`there is no heading "${heading}"`);
  const next = new RegExp(`^#{1,${level}} `);
  const end = lines.findIndex((line, index) => index > start && next.test(line));
  return lines.slice(start + 1, end === -1 ? undefined : end).join("\n");
};

/** The rows of every table: their cells, trimmed, without heads and rulers. */
export const tableRowsOf = (markdown: string): string[][] =>
  [...markdown.matchAll(/^ *\|[^\n]*\|\n *\|[-|: ]+\|\n((?: *\|[^\n]*\|\n?)*)/gm)].flatMap(([, body = ""]) =>
    body
      .trimEnd()
      .split("\n")
      .map((row) =>
        row
          .trim()
          .slice(1, -1)
          .split(/(?<!\\)\|/)
          .map((cell) => cell.trim()),
      ),
  );

/** Words in code style, such as a setting's name. */
export const codeWordsOf = (markdown: string): string[] =>
  [...markdown.matchAll(/`([^`\n]+)`/g)].map(([, word = ""]) => word);

/** Names in the first cells of the tables of a section, each in code style: what the section documents. */
export const documentedIn = (markdown: string, heading: string): string[] =>
  tableRowsOf(sectionOf(markdown, heading)).flatMap(([first = ""]) => codeWordsOf(first));
