import type { Sandbox } from "../../sandbox/sandbox.ts";
import type { Ledger, Promised } from "./ledger.ts";
import type { Told } from "./told.ts";

/** Tells of every proposal that GitHub does not have exactly one pull request of, as it was promised. */
export const checkOnGithub = async (
  sandbox: Pick<Sandbox, "pulls" | "comments">,
  ledger: Ledger,
  told: Told,
): Promise<void> => {
  for (const promised of ledger.proposals.values()) {
    const seen = await readPulls(sandbox, promised);
    // The chart of a study, and why it was rejected.
    const comments = Number(promised.study) + Number(promised.ends === "rejected");
    const wanted = [{ state: stateOf(promised), comments }];
    if (JSON.stringify(seen) !== JSON.stringify(wanted))
      told.violation(
        `proposal ${promised.id} is on GitHub as ${JSON.stringify(seen)}, and not as ${JSON.stringify(wanted)}`,
      );
  }
};

const readPulls = async (
  sandbox: Pick<Sandbox, "pulls" | "comments">,
  { scenario: { repository }, branch }: Promised,
) => {
  const pulls = (await sandbox.pulls(repository.id)).filter(({ head }) => head.ref === branch);
  return Promise.all(
    pulls.map(async ({ number, state, merged }) => ({
      state: merged ? "merged" : state,
      comments: (await sandbox.comments(repository.id, number)).filter(({ user }) => user.endsWith("[bot]"))
        .length,
    })),
  );
};

const stateOf = ({ ends }: Promised): string => {
  switch (ends) {
    case "pr_opened":
      return "open";
    case "pr_merged":
      return "merged";
    case "rejected":
      return "closed";
    case "pending":
      return "none";
    default:
      throw new TypeError(`unknown end ${ends satisfies never}`);
  }
};
