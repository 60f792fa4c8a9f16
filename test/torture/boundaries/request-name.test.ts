import { expect, it } from "vitest";
import { requestName } from "../../../torture/boundaries/request-name.ts";

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
