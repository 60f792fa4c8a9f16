import { expect, it } from "vitest";
import { GitError, type GitErrorKind } from "../../src/git/transport.ts";
import { classifyGit } from "../../src/github/classify-git.ts";

it.each<[GitErrorKind, object]>([
  ["unreachable", { kind: "uncertain", wait_ms_min: 0 }],
  ["server", { kind: "uncertain", wait_ms_min: 0 }],
  ["unauthorized", { kind: "unauthorized" }],
  ["not_found", { kind: "not_found" }],
  ["rate_limited", { kind: "rate_limited", wait_ms: null }],
  ["forbidden", { kind: "final" }],
  ["too_large", { kind: "final" }],
  ["protocol", { kind: "final" }],
  ["unsupported", { kind: "final" }],
  ["aborted", { kind: "final" }],
])("git's %s obeys the same policy as a REST answer", (kind, trouble) => {
  expect(classifyGit(new GitError(kind, "x"))).toEqual(trouble);
});

it("obeys a git remote's Retry-After", () => {
  expect(classifyGit(new GitError("rate_limited", "x", { retryAfter_s: 12 }))).toMatchObject({
    wait_ms: 12_000,
  });
  expect(classifyGit(new GitError("server", "x", { retryAfter_s: 12 }))).toMatchObject({
    wait_ms_min: 12_000,
  });
});

it("takes a certificate or a proxy that keeps the remote away for final", () => {
  const cause = Object.assign(new Error("self-signed certificate"), { code: "DEPTH_ZERO_SELF_SIGNED_CERT" });
  expect(classifyGit(new GitError("unreachable", "x", { cause }))).toEqual({ kind: "final" });
});

it("passes on what is not git's", () => {
  expect(classifyGit(new Error("fence lost"))).toBeNull();
});
