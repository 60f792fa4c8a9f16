import MarkdownIt, { type Token } from "markdown-it";

/** What a reader would see of a text: enough of GitHub's Markdown to tell text from everything else. */
export interface Rendered {
  tokens: Token[];
  /** Cells of each table row, header first, as Markdown. */
  tables: string[][][];
  /** Raw HTML that came through. */
  html: string[];
  links: string[];
  images: string[];
  /** Running text, code left out. */
  text: string;
}

const parser = new MarkdownIt({ html: true, linkify: true });
parser.linkify.set({ fuzzyLink: false, fuzzyEmail: false });

const flatten = (tokens: Token[]): Token[] =>
  tokens.flatMap((token) => [token, ...flatten(token.children ?? [])]);

export function render(markdown: string): Rendered {
  const tokens = flatten(parser.parse(markdown, {}));
  const contents = (...types: string[]) =>
    tokens.filter(({ type }) => types.includes(type)).map(({ content }) => content.trim());
  const attributes = (type: string, name: string) =>
    tokens.filter((token) => token.type === type).map((token) => String(token.attrGet(name)));
  return {
    tokens,
    tables: tablesOf(tokens),
    html: contents("html_inline", "html_block"),
    links: attributes("link_open", "href"),
    images: attributes("image", "src"),
    text: contents("text", "text_special").join(""),
  };
}

function tablesOf(tokens: Token[]): string[][][] {
  const tables: string[][][] = [];
  for (const [index, token] of tokens.entries()) {
    if (token.type === "table_open") tables.push([]);
    if (token.type === "tr_open") tables.at(-1)?.push([]);
    if (token.type === "td_open" || token.type === "th_open") {
      tables
        .at(-1)
        ?.at(-1)
        ?.push(tokens[index + 1]?.content ?? "");
    }
  }
  return tables;
}
