import type { ServedOperation } from "./operations.ts";
import { BRANCH, REPO } from "./rest-world.ts";

const R = `/repos/${REPO}`;
const READ_COMMENTS = { issues: "read", pull_requests: "read" } as const;
const WRITE_COMMENTS = { issues: "write", pull_requests: "write" } as const;

/** Pull requests, what is said on them, and checks; see `operations.ts`. */
export const PULL_OPERATIONS: readonly ServedOperation[] = [
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
    name: "POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions",
    who: "repository",
    needs: WRITE_COMMENTS,
    path: ({ comment }) => `${R}/issues/comments/${comment}/reactions`,
    body: () => ({ content: "eyes" }),
    status: 201,
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
];
