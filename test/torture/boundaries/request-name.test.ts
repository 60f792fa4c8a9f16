import { expect, it } from "vitest";
import { isWrite, requestName } from "../../../torture/boundaries/request-name.ts";

it.each([
  ["GET", "/api/v3/repos/acme/search/pulls/12?x=1", "GET /repos/{repository}/pulls/{}"],
  ["POST", "/acme/search.git/git-receive-pack", "POST {repository}.git/git-receive-pack"],
  [
    "GET",
    "/acme/search.git/info/refs?service=git-upload-pack",
    "GET {repository}.git/info/refs?service=git-upload-pack",
  ],
  ["GET", "/api/v3/users/relyloop%5Bbot%5D", "GET /users/{}"],
  ["POST", "/api/v3/app/installations/7/access_tokens", "POST /app/installations/{}/access_tokens"],
  ["GET", `/api/v3/repos/a/b/commits/${"a".repeat(40)}/status`, "GET /repos/{repository}/commits/{}/status"],
])("%s %s is known as %s whatever it is asked about", (method, target, name) => {
  expect(requestName(method, target)).toBe(name);
});

it("tells what changes something from what only reads, or gets a token", () => {
  const names = [
    "POST /repos/{repository}/pulls",
    "POST {repository}.git/git-receive-pack",
    "DELETE /repos/{repository}/issues/comments/{}",
    "GET /app",
    "POST {repository}.git/git-upload-pack",
    "POST /app/installations/{}/access_tokens",
  ];
  expect(names.map(isWrite)).toEqual([true, true, true, false, false, false]);
});
