import { validationFailed } from "../github-error.ts";
import { accountById, sameName } from "../state/lookup.ts";
import type { PullRecord, RepositoryRecord, State } from "../state/model.ts";
import type { PullDeps } from "./pulls.ts";

const TITLE_CHARS_MAX = 255;
/** Code points, as everywhere in GitHub's limits. */
const BODY_CODE_POINTS_MAX = 65_536;

export const codePoints = (text: string): number => [...text].length;

/** @throws GitHubError 422 */
export function mustFitPull(fields: { title: string; body?: string | null | undefined }): void {
  if (fields.title.trim() === "") {
    throw validationFailed({ resource: "PullRequest", code: "missing_field", field: "title" });
  }
  mustFit("PullRequest", "title", fields.title, TITLE_CHARS_MAX);
  mustFitBody("PullRequest", fields.body ?? "");
}

/** @throws GitHubError 422 */
export function mustFitBody(resource: string, body: string): void {
  mustFit(resource, "body", body, BODY_CODE_POINTS_MAX);
}

function mustFit(resource: string, field: string, text: string, limit: number): void {
  if (codePoints(text) > limit) {
    const message = `${field} is too long (maximum is ${limit} characters)`;
    throw validationFailed({ resource, code: "custom", field, message });
  }
}

export type PullBranches = Pick<
  PullRecord,
  "head_repository_id" | "head_ref" | "head_sha" | "base_ref" | "base_sha" | "base_tip"
>;

/**
 * Finds both branches of a pull request to be. An owner before the head's colon is the repository's or a fork's.
 * @throws GitHubError 422 in GitHub's words
 */
export async function describeBranches(
  { store, repositories }: PullDeps,
  repository: RepositoryRecord,
  wanted: { head: string; base: string },
): Promise<PullBranches> {
  const git = repositories.git(repository);
  const [owner, ref] = wanted.head.includes(":") ? wanted.head.split(":", 2) : [undefined, wanted.head];
  const source = headRepository(store.state, repository, owner);
  const head = source && ref ? await repositories.git(source).tip(`refs/heads/${ref}`) : null;
  const base = await git.tip(`refs/heads/${wanted.base}`);
  if (base === null) throw validationFailed({ resource: "PullRequest", field: "base", code: "invalid" });
  if (head === null || !ref || !source)
    throw validationFailed({ resource: "PullRequest", field: "head", code: "invalid" });
  if (source.id !== repository.id) await git.fetchObject(repositories.git(source).dir, head);
  if (await git.isAncestor(head, base)) {
    const message = `No commits between ${wanted.base} and ${wanted.head}`;
    throw validationFailed({ resource: "PullRequest", code: "custom", message });
  }
  const refs = { head_repository_id: source.id, head_ref: ref, base_ref: wanted.base };
  return { ...refs, head_sha: head, base_sha: base, base_tip: base };
}

function headRepository(
  state: State,
  repository: RepositoryRecord,
  owner: string | undefined,
): RepositoryRecord | undefined {
  const ownerOf = ({ owner_id }: RepositoryRecord): string => accountById(state, owner_id).login;
  if (owner === undefined || sameName(owner, ownerOf(repository))) return repository;
  return state.repositories.find((one) => one.fork_of === repository.id && sameName(ownerOf(one), owner));
}
