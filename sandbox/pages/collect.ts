import { allows } from "../auth/tokens.ts";
import { accountById } from "../state/lookup.ts";
import type { ReactionRecord, RepositoryRecord } from "../state/model.ts";
import type { WorldDeps } from "../world/create-world.ts";
import { findAccount, UnknownNameError } from "../world/find.ts";
import type { World } from "../world.ts";
import type { ShownAccount } from "./account-page.ts";
import { leafOf } from "./leaf.ts";
import type { ShownPull } from "./pull-page.ts";

type PageDeps = WorldDeps & { world: World };

const EMOJI: Record<ReactionRecord["content"], string> = {
  "+1": "👍",
  "-1": "👎",
  laugh: "😄",
  confused: "😕",
  heart: "❤️",
  hooray: "🎉",
  rocket: "🚀",
  eyes: "👀",
};

/** What an account's page shows. @throws UnknownNameError */
export function collectAccount(
  { store, world }: PageDeps,
  login: string,
  wanted: string | undefined,
): ShownAccount {
  const { state } = store;
  const account = findAccount(state, login);
  const installation = world.installation(account.login);
  const granted = state.installations.find((one) => one.id === installation?.id)?.permissions ?? {};
  const asked = Object.entries(state.app.permissions)
    .filter(([name, level]) => !allows(granted, name, level))
    .map(([name, level]) => `${name}: ${level}`);
  const repositories = world.repositories().filter(({ owner }) => owner === account.login);
  return {
    login: account.login,
    installation,
    repositories: leafOf(repositories, wanted),
    asked,
    app: state.app.name,
  };
}

/** What a pull request's page shows. @throws UnknownNameError */
export async function collectPull(
  deps: PageDeps,
  repository: RepositoryRecord,
  number: number,
): Promise<ShownPull> {
  const { store, world, repositories } = deps;
  const { state } = store;
  const pull = (await world.pulls(repository.id)).find((candidate) => candidate.number === number);
  if (!pull) throw new UnknownNameError(`pull request ${number}`);
  const git = repositories.git(repository);
  const mine = (other: { repository_id: number }): boolean => other.repository_id === repository.id;
  const statuses = state.statuses.filter((status) => mine(status) && status.sha === pull.head.sha);
  const reactionsTo = (comment: number): string[] =>
    state.reactions
      .filter(({ comment_id }) => comment_id === comment)
      .map(({ content, user_id }) => `${EMOJI[content]} ${accountById(state, user_id).login}`);
  return {
    repository: world.repository(repository.id),
    pull,
    commits: await git.commits(pull.base.sha, pull.head.sha),
    files: await git.changes(pull.base.sha, pull.head.sha),
    checks: state.check_runs.filter((run) => mine(run) && run.head_sha === pull.head.sha),
    statuses: [...new Map(statuses.map((status) => [status.context, status])).values()],
    reviews: state.reviews
      .filter((review) => mine(review) && review.number === number)
      .map(({ id, user_id, state: verdict, body, submitted_at }) => {
        const words = verdict.toLowerCase().replace("_", " ");
        return { id, user: accountById(state, user_id).login, state: words, body, at: submitted_at };
      }),
    comments: (await world.comments(repository.id, number)).map((comment) => {
      return { ...comment, reactions: reactionsTo(comment.id) };
    }),
  };
}
