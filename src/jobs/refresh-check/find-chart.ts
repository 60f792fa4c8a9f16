import type { ProposalFacts } from "../../db/facts-store.ts";
import type { RepositoryClient } from "../../github/client.ts";
import type { GithubHost } from "../../github/host.ts";
import { orNull } from "../../github/or-null.ts";
import { chartPath } from "../../proposals/config-path.ts";
import type { CommentChart } from "../../proposals/pr-text/pr-comment.ts";

const ROUTE = "GET /repos/{owner}/{repo}/contents/{path}";

/**
 * The study's chart as it was committed. A run may have gone without one, so it is looked for in our commit, which stays
 * whatever people push on top.
 */
export const findChart = async (
  { host }: { host: GithubHost },
  client: RepositoryClient,
  { study, proposal }: Pick<ProposalFacts, "study" | "proposal">,
): Promise<CommentChart> => {
  const { owner, repo } = client;
  const commit = proposal.pr_head_sha;
  if (study === null || commit === null) return { kind: "failed" };
  const path = chartPath(study.id);
  const found = await orNull(() => client.request(ROUTE, { owner, repo, path, ref: commit }));
  return found === null
    ? { kind: "failed" }
    : { kind: "image", webUrl: host.webUrl, owner, repo, commit, path };
};
