import { expect, it } from "vitest";
import { cleanRemoteText } from "../../src/git/remote-text.ts";

it("takes colours, links and titles of a terminal away and keeps the words", () => {
  const text = "\x1b[1;31merror:\x1b[0m \x1b]8;;https://x\x07see\x1b]8;;\x07 \x1b]0;title\x1b\\GH013\x1b7";

  expect(cleanRemoteText(text, 100)).toBe("error: see GH013");
});

it("takes control characters and turned writing directions away, but keeps the lines", () => {
  expect(cleanRemoteText("a\x00b\x07\r\n\n  \nc\u202ed\u200b\n", 100)).toBe("ab\ncd");
});

it("keeps what people write", () => {
  expect(cleanRemoteText("– Größe 検索 🎉", 100)).toBe("– Größe 検索 🎉");
});

it("cuts at the limit without leaving half a character", () => {
  expect(cleanRemoteText("abcdef", 3)).toBe("abc");
  expect(cleanRemoteText("ab🎉", 3).isWellFormed()).toBe(true);
});

it("cuts between words, because half of a secret would pass the filter that knows the whole of it", () => {
  expect(cleanRemoteText("the secret is 0123456789", 20)).toBe("the secret is");
  expect(cleanRemoteText("the secret is\n0123456789", 20)).toBe("the secret is");
  expect(cleanRemoteText("the secret is 0123456789", 13)).toBe("the secret is");
  expect(cleanRemoteText("the secret is 0123456789", 24)).toBe("the secret is 0123456789");
});
