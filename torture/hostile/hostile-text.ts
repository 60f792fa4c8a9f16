import fc from "fast-check";

/** What means something to Markdown, HTML, SQL, a shell, a terminal, git, a log or a path, each in a few characters. */
const MARKUP = [
  ..."`*_~[]()<>|\\#-+=$&!:@\"';/%{}^".split(""),
  ..."1. 2) --- === ``` ~~~ > |-|-| \\| $$x$$ <b> </code> <!-- --> <script> [^1] :tada:".split(" "),
  ...["    ", "- [ ] ", "| a | b |", "<img src=x onerror=y>", "<!-- relyloop-drift -->", "<details open>"],
  ..."&lt; &#124; &amp;#96; &#x3c;b&#x3e; <http://e.x> </td></tr></table>".split(" "),
  ...["![a](http://e.x/i.png)", "[a](//e.x)", "[a]: http://e.x", "[a](javascript:b)", "Fixes #1"],
  ..."http://e.x www.e.x a@e.x mailto:a@e.x ftp://e.x @octocat @acme/team #12 GH-12 acme/x#1 3f2a9bc".split(
    " ",
  ),
  "https://github.com/a/b/issues/1",
];
const INJECTIONS = [
  ...["'; DROP TABLE proposals; --", "1 OR 1=1", "; rm -rf /", "Co-authored-by: A <a@e.x>"],
  ...["RelyLoop-Proposal: forged", "Requested-by: forged", "$\u007b7*7}"],
  ..."$(id) `id` %s%n {{7*7}} $1$& -oProxyCommand=x --upload-pack=x __proto__ toString".split(" "),
  ..."../../etc/passwd ..\\..\\x %2e%2e%2f C:\\x".split(" "),
];
const BREAKS = ["\n", "\r\n", "\r", "\n\n", "\t", "\v", "\f", "\u0085", "\u2028", "\u2029"];
const INVISIBLE = [
  ...["\u001b[31m", "\u0007", "\u009b31m", "\u007f", "\u202e", "\u2066", "\u200b", "\u200d", "\ufeff"],
  ...["\u{e0041}", "\u{1f50e}", "e\u0301", "\uffff", "\u00a0"],
];
const UNSTORABLE = ["\0", "\ud800", "\udc00"];

const joined = (...pieces: string[]): fc.Arbitrary<string> =>
  fc
    .array(
      fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom(...pieces) },
        { weight: 1, arbitrary: fc.string({ maxLength: 4, unit: "grapheme" }) },
        { weight: 2, arbitrary: fc.constantFrom("word", "a", "7") },
      ),
      { maxLength: 8 },
    )
    .map((parts) => parts.join(""));

/** Everything that can be said, also what PostgreSQL can't keep. */
export const anyText = joined(...MARKUP, ...INJECTIONS, ...BREAKS, ...INVISIBLE, ...UNSTORABLE);

/** What the API takes as a text, never blank, so that what is made of it has the same parts as with plain words. */
export const storableText = joined(...MARKUP, ...INJECTIONS, ...BREAKS, ...INVISIBLE).map(notBlank);

/** The same on one line, as names have to be. */
export const storableLine = joined(...MARKUP, ...INJECTIONS, ...INVISIBLE)
  .map((text) => text.replace(/\p{Cc}/gu, ""))
  .map(notBlank);

/** The same without what is refused in a person's name. */
export const printableLine = storableLine.map((text) =>
  [...text.replace(/[\p{Cf}\p{Zl}\p{Zp}]/gu, "")].slice(0, 100).join(""),
);

function notBlank(text: string): string {
  return /[a-z0-9]/i.test(text) ? text.toWellFormed() : `x${text}`.toWellFormed();
}

/**
 * What GitHub acts on in running text; code is exempt. A mention, an address, references to issues and commits, links.
 * https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/autolinked-references-and-urls
 */
export const ACTED_ON = [
  /(?:^|[^A-Za-z0-9])@[A-Za-z0-9]/,
  /[\w.+-]@[\w-]+\.\w/,
  /#\d/,
  /\bGH-\d/i,
  /:\/\//,
  /\bwww\./i,
  /(?<![\w-])(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,40}(?![\w-])/i,
];

/** Nothing a person reads may hold them: controls, and what reorders or hides text. A line feed ends a line. */
export const UNSEEN = /[^\P{Cc}\n]|[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\u{E0000}-\u{E007F}]/u;
