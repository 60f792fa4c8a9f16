import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export interface RegexLiteral {
  /** `src/redact.ts:32`. */
  place: string;
  pattern: RegExp;
}

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Where a literal may begin; elsewhere a slash divides. The code is formatted, so that a word before it is one of these. */
const BEFORE_LITERAL = /(?:^|[=(,:[!&|?{};+>]|\b(?:return|typeof|case|of|in|yield|await))\s*$/;
const LITERAL = /\/((?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+)\/([a-z]*)/y;
/** What holds no code: comments, texts, and templates up to their next expression. */
const SKIPPED = /\/\/[^\n]*|\/\*.*?\*\/|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/sy;
const LOOK_BEHIND = 40;

/** Every regular expression that is written down in `src`. */
export const findRegexLiterals = (): RegexLiteral[] =>
  readSources().flatMap(({ path, code }) =>
    literalsIn(code).map(({ line, pattern }) => ({ place: `${path}:${line}`, pattern })),
  );

/** The files of `src` that put patterns together at run time. */
export const findRunTimePatterns = (): string[] =>
  readSources()
    .filter(({ code }) => /\bRegExp\(/.test(code))
    .map(({ path }) => path);

const readSources = (): { path: string; code: string }[] =>
  globSync("src/**/*.ts", { cwd: ROOT })
    .sort()
    .map((path) => ({ path, code: readFileSync(ROOT + path, "utf8") }));

/** @throws SyntaxError when what was taken for a literal is none */
export const literalsIn = (code: string): { line: number; pattern: RegExp }[] => {
  const found: { line: number; pattern: RegExp }[] = [];
  /** For each template that is open, how many braces are open in its present expression. */
  const templates: number[] = [];
  let inTemplate = false;
  for (let at = 0; at < code.length; at += 1) {
    const character = code[at];
    if (inTemplate) {
      if (character === "\\") at += 1;
      else if (character === "`") inTemplate = false;
      else if (character === "$" && code[at + 1] === "{") {
        templates.push(0);
        inTemplate = false;
        at += 1;
      }
      continue;
    }
    const skipped = matchAt(SKIPPED, code, at);
    if (skipped !== null) {
      at += skipped[0].length - 1;
      continue;
    }
    if (character === "`") inTemplate = true;
    else if (character === "{" && templates.length > 0) templates.push((templates.pop() ?? 0) + 1);
    else if (character === "}" && templates.length > 0) {
      const open = templates.pop() ?? 0;
      if (open === 0) inTemplate = true;
      else templates.push(open - 1);
    } else if (character === "/" && BEFORE_LITERAL.test(code.slice(Math.max(0, at - LOOK_BEHIND), at))) {
      const literal = matchAt(LITERAL, code, at);
      if (literal === null) continue;
      found.push({
        line: code.slice(0, at).split("\n").length,
        pattern: new RegExp(literal[1] ?? "", literal[2]),
      });
      at += literal[0].length - 1;
    }
  }
  return found;
};

const matchAt = (pattern: RegExp, text: string, at: number): RegExpExecArray | null => {
  pattern.lastIndex = at;
  return pattern.exec(text);
};
