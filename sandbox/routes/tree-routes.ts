import type { TreeEntry } from "../git/git-repository.ts";
import { notFound } from "../github-error.ts";
import type { Rest } from "../rest/rest.ts";
import { fullName } from "../state/lookup.ts";
import type { RouteDeps } from "./route-deps.ts";

/** GitHub's bound: https://docs.github.com/rest/git/trees#get-a-tree. */
const ENTRIES_MAX = 100_000;

/** Git trees; `*` is a tree, a commit, or the name of a branch or tag, as at GitHub. */
export function treeRoutes(rest: Rest, { site, store, repositories }: RouteDeps): void {
  rest.repository("GET", "/repos/:owner/:repo/git/trees/*", [["contents", "read"]], async (call) => {
    const { repository, params, query } = call;
    const git = repositories.git(repository);
    const name = params["*"] ?? "";
    const isTree = /^[0-9a-f]{40}$/.test(name) && (await git.objectType(name)) === "tree";
    const commit = isTree ? null : await git.resolveCommit(name);
    if (!isTree && commit === null) throw notFound();
    const sha = commit === null ? name : (await git.run(["rev-parse", `${commit}^{tree}`])).trim();
    // Whatever the value, even `false`: GitHub asks only whether it is there.
    const entries = await git.tree(sha, "", { recursive: query.recursive !== undefined });
    const api = `${site.apiUrl}/repos/${fullName(store.state, repository)}/git`;
    const answer = ({ path, mode, type, oid, size }: TreeEntry) => ({
      path,
      mode,
      type,
      sha: oid,
      ...(size === null ? {} : { size }),
      ...(type === "commit" ? {} : { url: `${api}/${type}s/${oid}` }),
    });
    const tree = entries.slice(0, ENTRIES_MAX).map(answer);
    const truncated = entries.length > ENTRIES_MAX;
    return { status: 200, body: { sha, url: `${api}/trees/${sha}`, tree, truncated } };
  });
}
