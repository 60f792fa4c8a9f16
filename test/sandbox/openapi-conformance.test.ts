import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { githubConformance } from "../support/openapi-conformance.ts";

const conformance = githubConformance();
const PULLS = "/repos/acme/search-config/pulls";
const refused = { message: "Not Found", documentation_url: "https://docs.github.com/rest", status: "404" };

const exchange = (changes: object) => ({
  method: "GET",
  path: "/repos/acme/search-config/pulls",
  query: {},
  requestBody: undefined,
  status: 200,
  responseBody: [] as unknown,
  ...changes,
});

it("holds answers against what GitHub published, to the byte", () => {
  const description = readFileSync(new URL("../data/github-openapi.json", import.meta.url));
  expect(createHash("sha256").update(description).digest("hex")).toBe(
    "383009c2078973ba30425432ae7f0f15749dae01cbb4efec11590e42c154f139",
  );
});

it.each([
  ["a list", {}],
  ["a good query", { query: { state: "all", per_page: "100", head: "acme:x" } }],
  ["a refusal the operation does not describe", { status: 404, responseBody: refused }],
  ["a redirect after a rename", { status: 301, responseBody: { message: "Moved Permanently" } }],
  ["an answer that isn't new", { status: 304, responseBody: undefined }],
  [
    "a creation's body",
    {
      method: "POST",
      requestBody: { title: "T", head: "x", base: "main" },
      status: 403,
      responseBody: refused,
    },
  ],
  [
    "a bad body that was refused",
    { method: "POST", requestBody: { title: 1 }, status: 422, responseBody: refused },
  ],
  ["null where it may be", { method: "GET", path: `${PULLS}/1/reviews`, responseBody: [] }],
])("lets pass %s", (_title, changes) => {
  expect(() => conformance.checkExchange(exchange(changes))).not.toThrow();
});

it.each([
  ["a path GitHub does not have", { path: "/repos/acme/search-config/pull" }, "has no GET"],
  ["a method it does not have there", { method: "DELETE" }, "has no DELETE"],
  ["a parameter it does not have", { query: { stat: "all" } }, "has no parameter stat"],
  ["a parameter's wrong value", { query: { state: "merged" } }, "parameter state"],
  ["a page that is no number", { query: { page: "two" } }, "parameter page"],
  ["a body where none is taken", { requestBody: {} }, "takes no body"],
  [
    "a body without what is required",
    { method: "POST", requestBody: { title: "T" }, status: 201 },
    "required property 'head'",
  ],
  ["no body where one is required", { method: "POST", status: 201 }, "request"],
  ["an answer that is no list", { responseBody: {} }, "must be array"],
  [
    "an answer without what is required",
    { path: `${PULLS}/1`, responseBody: { id: 1 } },
    "required property 'html_url'",
  ],
  ["a success it never gives", { status: 202 }, "never answers 202"],
  ["a body of a 304", { status: 304 }, "has no body"],
  ["a refusal that is none of GitHub's", { status: 404, responseBody: "Not Found" }, "answer 404"],
])("refuses %s", (_title, changes, message) => {
  expect(() => conformance.checkExchange(exchange(changes))).toThrow(message);
});

it("names the operation with the most literal path", () => {
  const name = (path: string) => conformance.operation({ method: "GET", path });
  expect(name("/repos/a/b/commits/main")).toBe("GET /repos/{owner}/{repo}/commits/{ref}");
  expect(name("/repos/a/b/commits/feature%2Fx/status")).toBe(
    "GET /repos/{owner}/{repo}/commits/{ref}/status",
  );
  expect(name("/repos/a/b/git/ref/heads/feature/x")).toBe("GET /repos/{owner}/{repo}/git/ref/{ref}");
  expect(name("/repos/a/b/contents/")).toBe("GET /repos/{owner}/{repo}/contents/{path}");
});
