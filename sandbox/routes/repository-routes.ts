import { userAnswer } from "../answers/account.ts";
import { commitAnswer } from "../answers/commit.ts";
import { contentAnswer, directoryAnswer } from "../answers/content.ts";
import { repositoryAnswer } from "../answers/repository.ts";
import type { RepositoryAccess } from "../auth/access.ts";
import { GitHubError, notFound } from "../github-error.ts";
import type { Answer, Call } from "../rest/call.ts";
import type { Rest } from "../rest/rest.ts";
import { accountByLogin, fullName } from "../state/lookup.ts";
import { permissionOf, roleOf } from "../state/roles.ts";
import type { RouteDeps } from "./route-deps.ts";

/** Larger files are served by the blob API only. */
const CONTENT_BYTES_MAX = 1024 * 1024;

export function repositoryRoutes(rest: Rest, deps: RouteDeps): void {
  const { site, store, repositories } = deps;

  rest.repository("GET", "/repos/:owner/:repo", [["metadata", "read"]], ({ repository }) => ({
    status: 200,
    body: repositoryAnswer(site, store.state, repository),
  }));

  rest.repository("GET", "/repos/:owner/:repo/branches/*", [["contents", "read"]], async (call) => {
    const { repository } = call;
    const name = call.params["*"] ?? "";
    const git = repositories.git(repository);
    const tip = await git.tip(`refs/heads/${name}`);
    if (tip === null) throw new GitHubError(404, "Branch not found");
    const [commit] = await git.commits(null, tip);
    if (!commit) throw notFound();
    const url = `${site.apiUrl}/repos/${fullName(store.state, repository)}/branches/${name}`;
    const html = `${site.url}/${fullName(store.state, repository)}/tree/${name}`;
    const body = {
      name,
      commit: commitAnswer(site, store.state, repository, commit),
      _links: { self: url, html },
      protected: repository.branch_rule?.kind === "protected",
      protection: { enabled: false },
      protection_url: `${url}/protection`,
    };
    return { status: 200, body };
  });

  rest.repository("GET", "/repos/:owner/:repo/contents/*", [["contents", "read"]], (call) =>
    contents(deps, call),
  );
  rest.repository("GET", "/repos/:owner/:repo/contents", [["contents", "read"]], (call) =>
    contents(deps, call),
  );

  const access = "/repos/:owner/:repo/collaborators/:username/permission";
  rest.repository("GET", access, [["metadata", "read"]], ({ repository, params }) => {
    const username = params.username ?? "";
    const account = accountByLogin(store.state, username);
    if (!account) throw notFound();
    // Neither a bot nor an organisation is somebody who could be a collaborator.
    if (account.type !== "User") throw new GitHubError(404, `${username} is not a user`);
    const role_name = roleOf(repository, account);
    const user = { ...userAnswer(site, account), role_name };
    return { status: 200, body: { permission: permissionOf(role_name), role_name, user } };
  });
}

async function contents(deps: RouteDeps, call: Call & RepositoryAccess): Promise<Answer> {
  const { site, store, repositories } = deps;
  const { repository } = call;
  const git = repositories.git(repository);
  const ref = call.query.ref ?? repository.default_branch;
  const commit = await git.resolveCommit(ref);
  if (commit === null) throw new GitHubError(404, `No commit found for the ref ${ref}`);
  const path = (call.params["*"] ?? "").replace(/\/+$/, "");
  if (path.split("/").includes("..")) throw notFound();

  const place = { site, name: fullName(store.state, repository), ref };
  const [entry] = path === "" ? [] : await git.tree(commit, path);
  if (path === "" || entry?.type === "tree") {
    const entries = await git.tree(commit, path === "" ? "" : `${path}/`);
    return { status: 200, body: directoryAnswer(place, entries) };
  }
  if (!entry) throw notFound();
  const bytes = entry.type === "blob" ? await git.blob(entry.oid) : Buffer.alloc(0);
  if (bytes.length > CONTENT_BYTES_MAX) {
    const message =
      "This API returns blobs up to 1 MB in size. The requested blob is too large to fetch via the API.";
    throw new GitHubError(403, message, [
      { resource: "Blob", field: "data", code: "custom", message: "too_large" },
    ]);
  }
  return { status: 200, body: contentAnswer(place, entry, bytes) };
}
