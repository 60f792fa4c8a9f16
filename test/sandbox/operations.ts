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
const READ_COMMENTS = { issues: "read", pull_requests: "read" } as const;
const WRITE_COMMENTS = { issues: "write", pull_requests: "write" } as const;

/** Every operation the sandbox serves, each with a request that succeeds on a fresh {@link RestWorld}, in this order. */
export const OPERATIONS: readonly ServedOperation[] = [
  { name: "GET /app", who: "app", path: () => "/app", status: 200 },
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
    name: "GET /repos/{owner}/{repo}/commits/{ref}/status",
    who: "repository",
    needs: { statuses: "read" },
    path: () => `${R}/commits/${encodeURIComponent(BRANCH)}/status`,
    status: 200,
  },
  {
    name: "GET /repos/{owner}/{repo}/pulls",
    who: "repository",
    needs: { pull_requests: "read" },
    path: () => `${R}/pulls?state=all&head=acme:${encodeURIComponent(BRANCH)}&per_page=100`,
    status: 200,
  },
  {
    name: "POST /repos/{owner}/{repo}/pulls",
    who: "repository",
    needs: { pull_requests: "write" },
    path: () => `${R}/pulls`,
    body: () => ({ title: "Second", head: "acme:second", base: "main" }),
    status: 201,
  },
  {
    name: "GET /repos/{owner}/{repo}/pulls/{pull_number}",
    who: "repository",
    needs: { pull_requests: "read" },
    path: ({ pull }) => `${R}/pulls/${pull}`,
    status: 200,
  },
  {
    name: "PATCH /repos/{owner}/{repo}/pulls/{pull_number}",
    who: "repository",
    needs: { pull_requests: "write" },
    path: ({ pull }) => `${R}/pulls/${pull}`,
    body: () => ({ title: "New title" }),
    status: 200,
  },
  {
    name: "GET /repos/{owner}/{repo}/pulls/{pull_number}/commits",
    who: "repository",
    needs: { pull_requests: "read" },
    path: ({ pull }) => `${R}/pulls/${pull}/commits`,
    status: 200,
  },
  {
    name: "GET /repos/{owner}/{repo}/pulls/{pull_number}/files",
    who: "repository",
    needs: { pull_requests: "read" },
    path: ({ pull }) => `${R}/pulls/${pull}/files`,
    status: 200,
  },
  {
    name: "GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews",
    who: "repository",
    needs: { pull_requests: "read" },
    path: ({ pull }) => `${R}/pulls/${pull}/reviews`,
    status: 200,
  },
  {
    name: "PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge",
    who: "repository",
    needs: { contents: "write" },
    path: ({ pull }) => `${R}/pulls/${pull}/merge`,
    body: ({ headSha }) => ({ sha: headSha }),
    status: 200,
  },
  {
    name: "GET /repos/{owner}/{repo}/pulls/{pull_number}/merge",
    who: "repository",
    needs: { pull_requests: "read" },
    path: ({ pull }) => `${R}/pulls/${pull}/merge`,
    status: 204,
  },
  {
    name: "GET /repos/{owner}/{repo}/issues/{issue_number}/comments",
    who: "repository",
    needs: READ_COMMENTS,
    path: ({ pull }) => `${R}/issues/${pull}/comments`,
    status: 200,
  },
  {
    name: "POST /repos/{owner}/{repo}/issues/{issue_number}/comments",
    who: "repository",
    needs: WRITE_COMMENTS,
    path: ({ pull }) => `${R}/issues/${pull}/comments`,
    body: () => ({ body: "Another." }),
    status: 201,
  },
  {
    name: "GET /repos/{owner}/{repo}/issues/comments/{comment_id}",
    who: "repository",
    needs: READ_COMMENTS,
    path: ({ comment }) => `${R}/issues/comments/${comment}`,
    status: 200,
  },
  {
    name: "PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}",
    who: "repository",
    needs: WRITE_COMMENTS,
    path: ({ comment }) => `${R}/issues/comments/${comment}`,
    body: () => ({ body: "Changed." }),
    status: 200,
  },
  {
    name: "DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}",
    who: "repository",
    needs: WRITE_COMMENTS,
    path: ({ comment }) => `${R}/issues/comments/${comment}`,
    status: 204,
  },
  {
    name: "POST /repos/{owner}/{repo}/check-runs",
    who: "repository",
    needs: { checks: "write" },
    path: () => `${R}/check-runs`,
    body: ({ headSha }) => ({ name: "RelyLoop", head_sha: headSha, conclusion: "success" }),
    status: 201,
  },
  {
    name: "GET /repos/{owner}/{repo}/check-runs/{check_run_id}",
    who: "repository",
    needs: { checks: "read" },
    path: ({ checkRun }) => `${R}/check-runs/${checkRun}`,
    status: 200,
  },
  {
    name: "PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}",
    who: "repository",
    needs: { checks: "write" },
    path: ({ checkRun }) => `${R}/check-runs/${checkRun}`,
    body: () => ({ status: "in_progress", output: { title: "Working", summary: "Half way." } }),
    status: 200,
  },
  { name: "DELETE /installation/token", who: "installation", path: () => "/installation/token", status: 204 },
];

export const methodOf = (operation: ServedOperation): string => operation.name.split(" ")[0] ?? "";
