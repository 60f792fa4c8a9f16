import type { ProposalFacts } from "../../db/facts-store.ts";
import type { CommitIdentity, NewCommit } from "../../git/transport.ts";
import { chartPath } from "../../proposals/config-path.ts";
import { chartCommitMessage, commitMessage } from "../../proposals/pr-text/commit-message.ts";
import { type PullTexts, prFactsOf } from "./pull-texts.ts";

/**
 * The params file first, then the chart. Everything in them is fixed per attempt, the date too, so that a re-run
 * makes the same commits with the same ids.
 */
export const planCommits = (
  texts: PullTexts,
  chart: Uint8Array | null,
  fixed: { identity: CommitIdentity; requestedAt: string; redact: (text: string) => string },
): NewCommit[] => {
  const facts = prFactsOf(texts);
  const date_s = Math.floor(Date.parse(fixed.requestedAt) / 1_000);
  const commit = (message: string, path: string, bytes: Uint8Array): NewCommit => ({
    message: fixed.redact(message),
    files: [{ path, bytes }],
    identity: fixed.identity,
    date_s,
  });
  const params = commit(commitMessage(facts), texts.change.path, texts.change.after);
  if (chart === null || facts.study === null) return [params];
  return [params, commit(chartCommitMessage(facts), chartPath(facts.study.id), chart)];
};

/** What is committed beside the params file. The chart may fail yet, and then nothing is. */
export const chartPathsOf = ({ study, digest }: Pick<ProposalFacts, "study" | "digest">): string[] =>
  study === null || digest === null ? [] : [chartPath(study.id)];
