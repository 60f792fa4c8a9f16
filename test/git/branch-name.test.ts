import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { isBranchName } from "../../src/git/branch-name.ts";

const NAMES = [
  ..."main|relyloop/study-0190b5a2-7c1e-7d2f|feature/ü|a.b|a@b|a-b|@a|@|a{b|#1|a/@/b".split("|"),
  ..."|-a|.a|a.|/a|a/|a//b|a/.b|a..b|a.lock|a.lock/b|a b|a~1|a^|a:b|a?|a*|a[b|a\\b|a@{b|a\nb|a\x7fb".split(
    "|",
  ),
];

it.each(NAMES)("agrees with git about %j", (name) => {
  expect(isBranchName(name)).toBe(gitAccepts(name));
});

it("refuses what a command line or a pkt-line could not hold", () => {
  expect(isBranchName("a\0b")).toBe(false);
  expect(isBranchName("a".repeat(255))).toBe(true);
  expect(isBranchName("a".repeat(256))).toBe(false);
  expect(isBranchName("ü".repeat(128))).toBe(false);
});

function gitAccepts(name: string): boolean {
  try {
    execFileSync("git", ["check-ref-format", "--branch", name], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
