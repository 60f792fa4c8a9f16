import { type Chronicle, placeOfBranch, placeOfPull } from "./chronicle.ts";
import type { RepositoryTruth, Truth } from "./truth.ts";
import { type Violation, violation } from "./violation.ts";

/** What people pushed is where they pushed it, unless people took it away; and what they opened is theirs. */
export const judgePeople = async (truth: Truth, chronicle: Chronicle): Promise<Violation[]> => {
  const found: Violation[] = [];
  for (const repository of truth.repositories) {
    found.push(...(await judgeCommits(repository, chronicle)), ...judgePulls(repository, truth, chronicle));
  }
  return found;
};

const judgeCommits = async (
  { id, branches, historyOf }: RepositoryTruth,
  chronicle: Chronicle,
): Promise<Violation[]> => {
  const here = chronicle.commits.filter(({ repository }) => repository === id);
  const found: Violation[] = [];
  for (const [branch, commits] of Map.groupBy(here, (commit) => commit.branch)) {
    const takings = chronicle.takings.filter((one) => one.repository === id && one.branch === branch);
    const kept = commits.filter(({ began }) => takings.every(({ ended }) => ended < began));
    const history = new Set(branches.has(branch) ? await historyOf(`refs/heads/${branch}`) : []);
    const place = placeOfBranch(id, branch);
    for (const { sha } of kept) {
      if (!history.has(sha))
        found.push(violation(`commit ${sha}, which a person pushed to ${place}, is lost`, place));
    }
  }
  return found;
};

const judgePulls = (
  { id, pulls, configRepoId }: RepositoryTruth,
  truth: Truth,
  chronicle: Chronicle,
): Violation[] =>
  pulls.flatMap((pull) => {
    const place = placeOfPull(id, pull.number);
    if (pull.user_id === truth.botId) return [];
    const adopted = truth.proposals.filter(
      (row) => row.pr_number === pull.number && row.pr_config_repo_id === configRepoId,
    );
    const closed =
      pull.state === "closed" && pull.merged_at === null && chronicle.personsPulls.get(place) === true;
    return [
      ...adopted.map((row) =>
        violation(`proposal ${row.id} took over ${place}, which is a person's`, row.id, place),
      ),
      ...(closed ? [violation(`${place} is a person's, and no person closed it`, place)] : []),
    ];
  });
