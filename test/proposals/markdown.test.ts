import { describe, expect, test } from "vitest";
import { codeSpan, escapeBlock, escapeInline, table, truncateAtRow } from "../../src/proposals/markdown.ts";

describe("prose on one line", () => {
  test.each([
    ["Boosts title matches (x2), 50% faster!", "Boosts title matches (x2), 50% faster!"],
    ["a|b", "a&#124;b"],
    ["`rm`", "\\`rm\\`"],
    ["*a* _b_ ~~c~~", "\\*a\\* \\_b\\_ \\~\\~c\\~\\~"],
    ["<script>&lt;", "&lt;script&gt;&amp;lt;"],
    ["[a](b) ![c](d)", "\\[a\\](b) !\\[c\\](d)"],
    ["a\\", "a\\\\"],
    ["$x$", "\\$x\\$"],
    ["a\n\n# b", "a  # b"],
    ["# a", "\\# a"],
    ["- a", "\\- a"],
    ["+ a", "\\+ a"],
    ["===", "\\==="],
    ["1. a", "1\\. a"],
    ["12) a", "12\\) a"],
    ["2) a", "2\\) a"],
    ["0.612", "0\\.612"],
    [":-:", "\\:-:"],
    ["    code", "code"],
    ["@bob", "@\u200Bbob"],
  ])("%j becomes %j", (text, escaped) => {
    expect(escapeInline(text)).toBe(escaped);
  });
});

describe("prose of several lines", () => {
  test("keeps paragraphs and escapes every line", () => {
    expect(escapeBlock("First.\r\n\r\n\r\n# Second\n- third | @x\n", 1_000)).toBe(
      "First.\n\n\\# Second\n\\- third &#124; @\u200Bx",
    );
  });

  test("is cut behind a word, and never within an escape", () => {
    expect(escapeBlock("aaa <b> ccc ddd", 21)).toBe("aaa &lt;b&gt; ccc ddd");
    expect(escapeBlock("aaa <b> ccc ddd", 20)).toBe("aaa &lt;b&gt; ccc …");
    expect(escapeBlock("aaa <b> ccc ddd", 14)).toBe("aaa …");
    expect(escapeBlock("aaa\n\nbbb ccc", 10)).toBe("aaa\n\nbbb …");
    expect(escapeBlock("🔎🔎 🔎🔎 x", 7)).toBe("🔎🔎 🔎🔎 x");
    expect(escapeBlock("x".repeat(50), 10)).toBe("…");
  });
});

describe("code", () => {
  test.each([
    ["title.boost", "`title.boost`"],
    ['{"a": [1, "@bob #1 *x*"]}', '`{"a": [1, "@bob #1 *x*"]}`'],
    ["a|b", "<code>a&#124;b</code>"],
    ["a`b", "<code>a&#96;b</code>"],
    ["\\", "<code>&#92;</code>"],
    ["<!-- x -->", "<code>&#60;&#33;&#45;&#45; x &#45;&#45;&#62;</code>"],
    ["", "<code></code>"],
    ["@bob|", "<code>&#64;\u200Bbob&#124;</code>"],
    ["a\nb", "`a b`"],
  ])("%j becomes %s", (text, span) => {
    expect(codeSpan(text)).toBe(span);
  });
});

test("a table says which columns hold numbers", () => {
  expect(table([{ title: "Param" }, { title: "To", right: true }], [["`a`", "1"]])).toBe(
    "| Param | To |\n| --- | ---: |\n| `a` | 1 |",
  );
});

describe("cutting at a row", () => {
  const text = "| a |\n| - |\n| 🔎 |\n| 2 |";

  test("keeps what fits", () => {
    expect(truncateAtRow(text, 23, "(cut)")).toBe(text);
  });

  test("drops whole rows and puts the note behind the table", () => {
    expect(truncateAtRow(text, 22, "(cut)")).toBe("| a |\n| - |\n\n(cut)");
    expect(truncateAtRow(`${text}\n| 3 |`, 24, "(cut)")).toBe("| a |\n| - |\n| 🔎 |\n\n(cut)");
  });

  test("leaves no gap above the note where blank lines came before", () => {
    expect(truncateAtRow(`a\n\n\n${"b".repeat(50)}`, 20, "(cut)")).toBe("a\n\n(cut)");
  });

  test("gives only the note when not even a row fits", () => {
    expect(truncateAtRow("x".repeat(100), 10, "(cut)")).toBe("(cut)");
  });
});
