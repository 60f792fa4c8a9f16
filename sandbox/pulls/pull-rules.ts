import type { GitRepository } from "../git/git-repository.ts";
import { validationFailed } from "../github-error.ts";
import { accountById, sameName } from "../state/lookup.ts";
import type { PullRecord, RepositoryRecord, State } from "../state/model.ts";

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

export type PullBranches = Pick<PullRecord, "head_ref" | "head_sha" | "base_ref" | "base_sha" | "base_tip">;

/**
 * Finds both branches of a pull request to be. Forks do not exist here, so an owner before the head's colon has
 * to be the repository's.
 * @throws GitHubError 422 in GitHub's words
 */
export async function describeBranches(
  state: State,
  repository: RepositoryRecord,
  git: GitRepository,
  wanted: { head: string; base: string },
): Promise<PullBranches> {
  const [owner, ref] = wanted.head.includes(":") ? wanted.head.split(":", 2) : [undefined, wanted.head];
  const ours = owner === undefined || sameName(owner, accountById(state, repository.owner_id).login);
  const head = ours && ref ? await git.tip(`refs/heads/${ref}`) : null;
  const base = await git.tip(`refs/heads/${wanted.base}`);
  if (base === null) throw validationFailed({ resource: "PullRequest", field: "base", code: "invalid" });
  if (head === null || !ref)
    throw validationFailed({ resource: "PullRequest", field: "head", code: "invalid" });
  if (await git.isAncestor(head, base)) {
    const message = `No commits between ${wanted.base} and ${wanted.head}`;
    throw validationFailed({ resource: "PullRequest", code: "custom", message });
  }
  return { head_ref: ref, head_sha: head, base_ref: wanted.base, base_sha: base, base_tip: base };
}
