import { PULL_OPERATIONS } from "./pull-operations.ts";
import { BRANCH, FILE, REPO, type RestWorld } from "./rest-world.ts";

export interface ServedOperation {
  /** As in GitHub's description. */
  name: string;
  /** Whose credential it takes. */
  who: "app" | "installation" | "repository" | "anyone";
  /** Permissions of which one is needed, with its level; none: metadata:read, which every token has. */
  needs?: Record<string, "read" | "write">;
  path: (world: RestWorld) => string;
  /** A good body. */
  body?: (world: RestWorld) => object;
  status: number;
}

const R = `/repos/${REPO}`;

/** Every operation the sandbox serves, each with a request that succeeds on a fresh {@link RestWorld}, in this order. */
export const OPERATIONS: readonly ServedOperation[] = [
  { name: "GET /app", who: "app", path: () => "/app", status: 200 },
  {
    name: "POST /app-manifests/{code}/conversions",
    who: "anyone",
    path: ({ manifestCode }) => `/app-manifests/${manifestCode}/conversions`,
    status: 201,
  },
  { name: "GET /app/installations", who: "app", path: () => "/app/installations", status: 200 },
  {
    name: "GET /app/installations/{installation_id}",
    who: "app",
    path: ({ installation }) => `/app/installations/${installation}`,
    status: 200,
  },
  {
    name: "POST /app/installations/{installation_id}/access_tokens",
    who: "app",
    path: ({ installation }) => `/app/installations/${installation}/access_tokens`,
    body: () => ({ repositories: ["search-config"], permissions: { contents: "write" } }),
    status: 201,
  },
  {
    name: "GET /app/hook/deliveries",
    who: "app",
    path: () => "/app/hook/deliveries?per_page=2&status=failure",
    status: 200,
  },
  {
    name: "GET /app/hook/deliveries/{delivery_id}",
    who: "app",
    path: ({ delivery }) => `/app/hook/deliveries/${delivery}`,
    status: 200,
  },
  {
    name: "POST /app/hook/deliveries/{delivery_id}/attempts",
    who: "app",
    path: ({ delivery }) => `/app/hook/deliveries/${delivery}/attempts`,
    status: 202,
  },
  {
    name: "GET /repos/{owner}/{repo}/installation",
    who: "app",
    path: () => `${R}/installation`,
    status: 200,
  },
  {
    name: "GET /installation/repositories",
    who: "installation",
    path: () => "/installation/repositories",
    status: 200,
  },
  { name: "GET /rate_limit", who: "installation", path: () => "/rate_limit", status: 200 },
  { name: "GET /meta", who: "anyone", path: () => "/meta", status: 200 },
  { name: "GET /users/{username}", who: "anyone", path: () => "/users/relyloop%5Bbot%5D", status: 200 },
  { name: "GET /repos/{owner}/{repo}", who: "repository", path: () => R, status: 200 },
  {
    name: "GET /repos/{owner}/{repo}/branches/{branch}",
    who: "repository",
    needs: { contents: "read" },
    path: () => `${R}/branches/${encodeURIComponent(BRANCH)}`,
    status: 200,
  },
  {
    name: "GET /repos/{owner}/{repo}/contents/{path}",
    who: "repository",
    needs: { contents: "read" },
    path: () => `${R}/contents/${FILE}?ref=main`,
    status: 200,
  },
  {
    name: "GET /repos/{owner}/{repo}/git/trees/{tree_sha}",
    who: "repository",
    needs: { contents: "read" },
    path: () => `${R}/git/trees/main?recursive=1`,
    status: 200,
  },
  {
    name: "GET /repos/{owner}/{repo}/collaborators/{username}/permission",
    who: "repository",
    path: () => `${R}/collaborators/alice/permission`,
    status: 200,
  },
  {
    name: "POST /repos/{owner}/{repo}/git/refs",
    who: "repository",
    needs: { contents: "write" },
    path: () => `${R}/git/refs`,
    body: ({ baseSha }) => ({ ref: "refs/heads/spare", sha: baseSha }),
    status: 201,
  },
  {
    name: "GET /repos/{owner}/{repo}/git/ref/{ref}",
    who: "repository",
    needs: { contents: "read" },
    path: () => `${R}/git/ref/heads/main`,
    status: 200,
  },
  {
    name: "GET /repos/{owner}/{repo}/git/matching-refs/{ref}",
    who: "repository",
    needs: { contents: "read" },
    path: () => `${R}/git/matching-refs/heads/relyloop`,
    status: 200,
  },
  {
    name: "PATCH /repos/{owner}/{repo}/git/refs/{ref}",
    who: "repository",
    needs: { contents: "write" },
    path: () => `${R}/git/refs/heads/spare`,
    body: ({ headSha }) => ({ sha: headSha }),
    status: 200,
  },
  {
    name: "DELETE /repos/{owner}/{repo}/git/refs/{ref}",
    who: "repository",
    needs: { contents: "write" },
    path: () => `${R}/git/refs/heads/spare`,
    status: 204,
  },
  {
    name: "GET /repos/{owner}/{repo}/commits/{ref}",
    who: "repository",
    needs: { contents: "read" },
    path: () => `${R}/commits/main`,
    status: 200,
  },
  {
    name: "GET /repos/{owner}/{repo}/commits/{ref}/check-runs",
    who: "repository",
    needs: { checks: "read" },
    path: ({ headSha }) => `${R}/commits/${headSha}/check-runs`,
    status: 200,
  },
  {
    name: "GET /repos/{owner}/{repo}/commits/{ref}/check-suites",
    who: "repository",
    needs: { checks: "read" },
    path: ({ headSha }) => `${R}/commits/${headSha}/check-suites`,
    status: 200,
  },
  {
    name: "GET /repos/{owner}/{repo}/commits/{ref}/status",
    who: "repository",
    needs: { statuses: "read" },
    path: () => `${R}/commits/${encodeURIComponent(BRANCH)}/status`,
    status: 200,
  },
  ...PULL_OPERATIONS,
  { name: "DELETE /installation/token", who: "installation", path: () => "/installation/token", status: 204 },
];

export const methodOf = (operation: ServedOperation): string => operation.name.split(" ")[0] ?? "";
