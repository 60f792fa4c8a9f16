import MarkdownIt, { type Token } from "markdown-it";
import { ACTED_ON, UNSEEN } from "./hostile-text.ts";
import type { WrittenTexts } from "./written-texts.ts";

/**
 * As generous as GitHub: raw HTML, bare addresses, single line breaks that stay. Of links it knows those with a protocol:
 * GitHub does not take everything that looks like a host name for one, and e-mail addresses are among ACTED_ON.
 */
const createParse = () => {
  const parser = new MarkdownIt({ html: true, linkify: true, breaks: true });
  parser.linkify.set({ fuzzyLink: false, fuzzyEmail: false }).add("//", null).add("mailto:", null);
  const flatten = (tokens: Token[]): Token[] =>
    tokens.flatMap((token) => [token, ...flatten(token.children ?? [])]);
  return (markdown: string): Token[] => flatten(parser.parse(markdown, {}));
};
const parse = createParse();

/** Trailers that somebody may act on; only the ones we write, each once, may stand in a message. */
const TRAILER_LINE = /^(?:RelyLoop-[A-Za-z]+|[A-Za-z]+-by):/gim;
/** What differs from proposal to proposal: ids, commits, and the names of a scenario. */
const OWN = [/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, /\b[0-9a-f]{40}\b/g, /config-[0-9a-f]{12}/g];

/**
 * Holds what was written of hostile values against what was written of plain words: whatever the database holds, headings,
 * tables, cells, links, pictures, marks and trailers are the same, and nothing in between does anything.
 */
export const judgeTexts = (hostile: WrittenTexts, plain: WrittenTexts): string[] => {
  const problems: string[] = [];
  const compare = (what: string, seen: unknown, expected: unknown, text: string) => {
    if (JSON.stringify(seen) === JSON.stringify(expected)) return;
    problems.push(
      `${what} has another structure than with plain words: ${firstDifference(seen, expected)}\n    ${show(text)}`,
    );
  };
  compare("GitHub", Object.keys(hostile.markdown).sort(), Object.keys(plain.markdown).sort(), "");
  for (const [name, text] of Object.entries(hostile.markdown)) {
    compare(`the ${name}`, skeletonOf(text), skeletonOf(plain.markdown[name] ?? ""), text);
    problems.push(...actingIn(`the ${name}`, runningText(text)), ...unseenIn(`the ${name}`, text));
  }
  for (const [name, title] of Object.entries(hostile.titles)) {
    if (title.includes("\n")) problems.push(`the title of ${name} has several lines: ${show(title)}`);
    problems.push(...actingIn(`the title of ${name}`, title), ...unseenIn(`the title of ${name}`, title));
  }
  compare("the branch", hostile.commits.length, plain.commits.length, "");
  for (const [index, { message, trailers }] of hostile.commits.entries()) {
    const expected = plain.commits[index] ?? { message: "", trailers: "" };
    const where = `the message of commit ${index}`;
    compare(where, message.split("\n").length, expected.message.split("\n").length, message);
    compare(`${where} in its trailers`, keysOf(trailers), keysOf(expected.trailers), message);
    compare(
      `${where} in its lines`,
      message.match(TRAILER_LINE),
      expected.message.match(TRAILER_LINE),
      message,
    );
    problems.push(...actingIn(where, message), ...unseenIn(where, message));
  }
  return problems;
};

const keysOf = (trailers: string): string[] => trailers.split("\n").map((line) => line.split(":")[0] ?? "");

/** What a text is made of, apart from the words in it. Paragraphs of nothing but words count as one. */
export const skeletonOf = (markdown: string): string[] => {
  const parts = parse(markdown).flatMap(partOf);
  return parts.filter(
    (part, index) =>
      !(isParagraph(parts, index) && isParagraph(parts, index - 2)) &&
      !(isParagraph(parts, index - 1) && isParagraph(parts, index - 3)) &&
      part !== "",
  );
};

const isParagraph = (parts: readonly string[], index: number): boolean =>
  parts[index] === "paragraph_open" && parts[index + 1] === "paragraph_close";

const partOf = (token: Token): string[] => {
  switch (token.type) {
    case "text":
    case "text_special":
    case "softbreak":
    case "inline":
      return [];
    case "code_inline":
      return ["code"];
    case "html_inline":
    case "html_block":
      // Code that backticks can't hold is spelled as an element.
      return token.content === "</code>"
        ? []
        : [token.content === "<code>" ? "code" : withoutOwn(token.content.trim())];
    case "link_open":
    case "image":
      return [`${token.type} ${withoutOwn(String(token.attrGet("href") ?? token.attrGet("src")))}`];
    default:
      return [token.type];
  }
};

const withoutOwn = (text: string): string => OWN.reduce((left, pattern) => left.replace(pattern, "…"), text);

/** What GitHub looks through for mentions, references and links. */
const runningText = (markdown: string): string =>
  parse(markdown)
    .map(({ type, content }) =>
      type === "text" || type === "text_special" ? content : type === "inline" ? "" : "\n",
    )
    .join("");

const actingIn = (where: string, text: string): string[] =>
  ACTED_ON.flatMap((pattern) => {
    const found = pattern.exec(text);
    return found === null ? [] : [`${where} holds ${show(found[0])}, which GitHub acts on: ${show(text)}`];
  });

const unseenIn = (where: string, text: string): string[] =>
  UNSEEN.test(text) ? [`${where} holds a character that is not seen: ${show(text)}`] : [];

const firstDifference = (seen: unknown, expected: unknown): string => {
  if (!Array.isArray(seen) || !Array.isArray(expected))
    return `${JSON.stringify(seen)}, not ${JSON.stringify(expected)}`;
  const at = seen.findIndex((part, index) => part !== expected[index]);
  const index = at === -1 ? seen.length : at;
  return `${JSON.stringify(seen[index])} in place of ${JSON.stringify(expected[index])} after ${JSON.stringify(seen.slice(Math.max(0, index - 3), index))}`;
};

const show = (text: string): string => JSON.stringify(text).slice(0, 700);
