import { z } from "zod";
import type { GitRef, GitRepository } from "../git/git-repository.ts";
import { matchesRule } from "../git/matches-rule.ts";
import { GitHubError, notFound } from "../github-error.ts";
import { readBody } from "../rest/call.ts";
import type { Rest } from "../rest/rest.ts";
import { isoSeconds, nodeId } from "../site.ts";
import { accountById, fullName } from "../state/lookup.ts";
import type { RepositoryRecord } from "../state/model.ts";
import type { RouteDeps } from "./route-deps.ts";

const CreateBody = z.object({ ref: z.string(), sha: z.string() });
const UpdateBody = z.object({ sha: z.string(), force: z.boolean().default(false) });

const READ = [["contents", "read"]] as const;
const WRITE = [["contents", "write"]] as const;

/** Git references; `*` in a path is the name after `refs/`. */
export function refRoutes(rest: Rest, { site, clock, store, repositories, pulls }: RouteDeps): void {
  const answer = (repository: RepositoryRecord, ref: GitRef) => {
    const api = `${site.apiUrl}/repos/${fullName(store.state, repository)}/git`;
    return {
      ref: ref.name,
      node_id: nodeId("Ref", `${repository.id}:${ref.name}`),
      url: `${api}/${ref.name}`,
      object: { sha: ref.oid, type: ref.type, url: `${api}/${ref.type}s/${ref.oid}` },
    };
  };
  /** @throws GitHubError 422 when git refuses to move the reference. */
  const push = (repository: RepositoryRecord, move: () => Promise<boolean>): Promise<void> =>
    pulls.push(repository, accountById(store.state, store.state.app.bot_id), async () => {
      if (!(await move())) throw new GitHubError(422, "Reference update failed");
      store.update(() => Object.assign(repository, { pushed_at: isoSeconds(clock.now()) }));
    });
  const exact = async (git: GitRepository, name: string): Promise<GitRef | undefined> =>
    (await git.refs(name)).find((ref) => ref.name === name);

  rest.repository("GET", "/repos/:owner/:repo/git/ref/*", READ, async ({ repository, params }) => {
    const ref = await exact(repositories.git(repository), `refs/${params["*"]}`);
    if (!ref) throw notFound();
    return { status: 200, body: answer(repository, ref) };
  });

  rest.repository("GET", "/repos/:owner/:repo/git/matching-refs/*", READ, async ({ repository, params }) => {
    const prefix = `refs/${params["*"]}`;
    // A prefix of names, not of path segments: `heads/rel` matches `heads/relyloop/x`.
    const refs = (await repositories.git(repository).refs("refs/")).filter((ref) =>
      ref.name.startsWith(prefix),
    );
    return { status: 200, body: refs.map((ref) => answer(repository, ref)) };
  });

  rest.repository("POST", "/repos/:owner/:repo/git/refs", WRITE, async ({ repository, body }) => {
    const { ref, sha } = readBody(CreateBody, body);
    const git = repositories.git(repository);
    if (!/^refs\/(heads|tags)\/./.test(ref)) {
      throw new GitHubError(422, "Reference name must start with 'refs/' and have at least two slashes.");
    }
    const type = await objectType(git, sha);
    if (await exact(git, ref)) throw new GitHubError(422, "Reference already exists");
    if (matchesRule(repository.branch_rule, ref)) throw new GitHubError(422, "Reference update failed");
    await push(repository, () => git.updateRef(ref, sha, null));
    return { status: 201, body: answer(repository, { name: ref, oid: sha, type }) };
  });

  rest.repository("PATCH", "/repos/:owner/:repo/git/refs/*", WRITE, async ({ repository, params, body }) => {
    const { sha, force } = readBody(UpdateBody, body);
    const git = repositories.git(repository);
    const ref = await exact(git, `refs/${params["*"]}`);
    if (!ref) throw new GitHubError(422, "Reference does not exist");
    const type = await objectType(git, sha);
    if (!force && !(await git.isAncestor(ref.oid, sha)))
      throw new GitHubError(422, "Update is not a fast forward");
    const allowed =
      repository.branch_rule?.kind !== "protected" || !matchesRule(repository.branch_rule, ref.name);
    await push(repository, async () => allowed && (await git.updateRef(ref.name, sha, ref.oid)));
    return { status: 200, body: answer(repository, { name: ref.name, oid: sha, type }) };
  });

  rest.repository("DELETE", "/repos/:owner/:repo/git/refs/*", WRITE, async ({ repository, params }) => {
    const git = repositories.git(repository);
    const name = `refs/${params["*"]}`;
    if (!(await exact(git, name))) throw new GitHubError(422, "Reference does not exist");
    if (name === `refs/heads/${repository.default_branch}`)
      throw new GitHubError(422, "Cannot delete the default branch");
    await push(repository, () => git.deleteRef(name));
    return { status: 204 };
  });
}

/** @throws GitHubError 422 for what is no object here. */
async function objectType(git: GitRepository, sha: string): Promise<string> {
  const type = /^[0-9a-f]{40}$/.test(sha) ? await git.objectType(sha) : null;
  if (type === null) throw new GitHubError(422, "Object does not exist");
  return type;
}
