import fc from "fast-check";
import MarkdownIt, { type Token } from "markdown-it";
import { describe, expect, test } from "vitest";
import { codeSpan, escapeBlock, escapeInline, table } from "../../src/proposals/markdown.ts";

const RUNS = { numRuns: 1_000 };

/**
 * As generous as GitHub: raw HTML, bare addresses, single line breaks that stay. Of links it knows those with a protocol:
 * GitHub does not take everything that looks like a host name for one, and e-mail addresses are among the REFERENCES below.
 */
function createParser() {
  const parser = new MarkdownIt({ html: true, linkify: true, breaks: true });
  parser.linkify.set({ fuzzyLink: false, fuzzyEmail: false }).add("//", null).add("mailto:", null);
  return parser;
}

const parser = createParser();

const flatten = (tokens: Token[]): Token[] =>
  tokens.flatMap((token) => [token, ...flatten(token.children ?? [])]);
const parse = (markdown: string): Token[] => flatten(parser.parse(markdown, {}));

/** Everything that carries meaning in Markdown, on GitHub or to a terminal, and ordinary text in between. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ..."`*_~[]()<>|\\#-+=$&!:@\"'\n\t ".split(""),
        ...[
          "1.",
          "2)",
          "\n\n",
          "\r\n",
          "```",
          "~~~",
          "---",
          "===",
          "    ",
          "- [ ] ",
          "> ",
          "| a | b |",
          "|-|-|",
        ],
        ...[
          "<b>",
          "</code>",
          "<img src=x onerror=y>",
          "<!--",
          "-->",
          "<script>",
          "&lt;",
          "&#124;",
          "&amp;#96;",
        ],
        ...[
          "![a](http://e.x/i.png)",
          "[a](//e.x)",
          "[a]: http://e.x",
          "http://e.x",
          "www.e.x",
          "a@e.x",
          "mailto:a@e.x",
        ],
        ...[
          "@octocat",
          "@acme/team",
          "#12",
          "GH-12",
          "acme/x#1",
          "https://github.com/a/b/issues/1",
          "3f2a9bc",
        ],
        ...["\0", "\u001b[0m", "\u202E", "\ud800", "\u2028", "🔎"],
      ),
      fc.string({ maxLength: 4, unit: "grapheme" }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(""));

/** What GitHub acts on in running text; code is exempt. */
const REFERENCES = [
  /(?:^|[^A-Za-z0-9])@[A-Za-z0-9]/,
  /[\w.+-]@[\w-]+\.\w/,
  /#\d/,
  /\bGH-\d/i,
  /:\/\//,
  /\bwww\./i,
  /(?<![\w-])(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,40}(?![\w-])/i,
];

function expectHarmlessText(tokens: Token[]): void {
  const isText = ({ type }: Token): boolean => type === "text" || type === "text_special";
  const shown = tokens
    .map((token) => (isText(token) ? token.content : token.type === "inline" ? "" : "\n"))
    .join("");
  for (const pattern of REFERENCES) expect(shown).not.toMatch(pattern);
}

const typesOf = (tokens: Token[]): string[] => [...new Set(tokens.map(({ type }) => type))];

describe("whatever the database holds", () => {
  test("prose on one line stays one paragraph of text", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const tokens = parse(escapeInline(text));
        const expected = ["paragraph_open", "inline", "text", "text_special", "paragraph_close"];
        expect(expected).toEqual(expect.arrayContaining(typesOf(tokens)));
        expectHarmlessText(tokens);
      }),
      RUNS,
    );
  });

  test("prose of several lines stays paragraphs of text", () => {
    fc.assert(
      fc.property(hostile, fc.integer({ min: 5, max: 200 }), (text, codePointsMax) => {
        const block = escapeBlock(text, codePointsMax);
        expect([...block].length).toBeLessThanOrEqual(codePointsMax);
        const tokens = parse(block);
        const expected = ["paragraph_open", "inline", "text", "text_special", "softbreak", "paragraph_close"];
        expect(expected).toEqual(expect.arrayContaining(typesOf(tokens)));
        expectHarmlessText(tokens);
      }),
      RUNS,
    );
  });

  test("code reads as it was written, on one line", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme-ascii" }), (text) => {
        const written = text.trim();
        const html = parser.renderInline(codeSpan(text));
        const shown = /^<code>(.*)<\/code>$/.exec(html)?.[1] ?? html;
        const named: Record<string, string> = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&amp;": "&" };
        expect(
          shown
            .replace(/&(?:lt|gt|quot|amp);/g, (entity: string) => named[entity] ?? entity)
            .replaceAll("\u200B", ""),
        ).toBe(written);
      }),
      RUNS,
    );
  });

  test("a table keeps its cells and holds nothing but text and code", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(hostile, hostile), { maxLength: 4 }), (rows) => {
        const markdown = table(
          [{ title: "A" }, { title: "B" }],
          rows.map(([one, other]) => [codeSpan(one), escapeInline(other)]),
        );
        const tokens = parse(`Before.\n\n${markdown}\n\nAfter.`);
        expect(tokens.filter(({ type }) => type === "table_open")).toHaveLength(1);
        expect(tokens.filter(({ type }) => type === "td_open")).toHaveLength(rows.length * 2);
        expect(tokens.filter(({ type }) => type === "paragraph_open")).toHaveLength(2);
        const html = tokens.filter(({ type }) => type === "html_inline").map(({ content }) => content);
        expect(["<code>", "</code>"]).toEqual(expect.arrayContaining(html));
        for (const type of [
          "html_block",
          "link_open",
          "image",
          "em_open",
          "strong_open",
          "s_open",
          "heading_open",
        ]) {
          expect(typesOf(tokens)).not.toContain(type);
        }
        expectHarmlessText(tokens);
      }),
      RUNS,
    );
  });
});

test("the parser used here would notice: unescaped, each of these is more than text", () => {
  for (const text of [
    "<b>x</b>",
    "*a*",
    "[a](http://e.x)",
    "http://e.x",
    "# a",
    "- a",
    "`a`",
    "1. a",
    "a\n===",
  ]) {
    const expected = ["paragraph_open", "inline", "text", "text_special", "paragraph_close"];
    expect(expected).not.toEqual(expect.arrayContaining(typesOf(parse(text))));
  }
});
