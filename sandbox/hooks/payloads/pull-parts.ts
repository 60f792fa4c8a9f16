import { pullAnswer, simplePullAnswer } from "../../answers/pull.ts";
import { repositoryById } from "../../state/lookup.ts";
import type { PullRecord, RepositoryRecord } from "../../state/model.ts";
import { type PayloadContext, repositoryPart } from "./parts.ts";

/** Filled in once git has been asked; see `completePayload`. */
const NOT_COUNTED = { commits: 0, additions: 0, deletions: 0, changed_files: 0 };

/**
 * A pull request in full. Whether it can be merged is never known yet: GitHub begins to find out when something
 * happens to a pull request, which is when this is sent.
 */
export function pullPart(context: PayloadContext, repository: RepositoryRecord, pull: PullRecord): object {
  const { site, state } = context;
  const answer = pullAnswer(site, state, repository, pull, { ...NOT_COUNTED, mergeable: null });
  return { ...answer, rebaseable: null, ...branches(context, repository, pull, answer) };
}

/** The shorter form, which comes with what happens around a pull request. */
export function simplePullPart(
  context: PayloadContext,
  repository: RepositoryRecord,
  pull: PullRecord,
): object {
  const answer = simplePullAnswer(context.site, context.state, repository, pull);
  return { ...answer, ...branches(context, repository, pull, answer) };
}

function branches(
  context: PayloadContext,
  repository: RepositoryRecord,
  pull: PullRecord,
  answer: { head: object; base: object },
): object {
  const head = repositoryById(context.state, pull.head_repository_id);
  return {
    head: { ...answer.head, repo: head ? repositoryPart(context, head) : null },
    base: { ...answer.base, repo: repositoryPart(context, repository) },
  };
}
