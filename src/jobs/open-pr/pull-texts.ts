import type { ProposalFacts } from "../../db/facts-store.ts";
import type { Actor } from "../../proposals/actor.ts";
import type { PlannedChange } from "../../proposals/plan-change.ts";
import type { PrFacts } from "../../proposals/pr-facts.ts";
import { redactTexts } from "../../proposals/pr-text/redact-texts.ts";

/** What the texts of a pull request are made from. */
export interface PullTexts {
  facts: ProposalFacts;
  change: PlannedChange;
  actor: Actor;
  /** RELYLOOP_BASE_URL. */
  baseUrl: string | null;
  redact: (text: string) => string;
}

/** Puts rows and planned change into the words of the texts, without the secrets that got into them. */
export const prFactsOf = ({ facts, change, actor, baseUrl, redact }: PullTexts): PrFacts => ({
  ...redactTexts(
    {
      proposal: facts.proposal,
      study: facts.study,
      digest: facts.digest,
      topTrials: facts.topTrials,
      cluster: facts.cluster,
      template: facts.template,
      requestedBy: actor,
      changes: change.changes,
      drift: change.drift,
      outOfRange: change.outOfRange,
    },
    redact,
  ),
  baseUrl,
});
