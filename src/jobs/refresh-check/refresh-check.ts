import type { Logger } from "pino";
import { loadFacts } from "../../db/facts-store.ts";
import { isOpened, type OpenedPull, recordedPull } from "../../db/opened-store.ts";
import { findProposal, type ProposalRow } from "../../db/proposals-store.ts";
import type { Pull } from "../../github/pull.ts";
import { type ChangeVerdict, verdictNote } from "../../proposals/pr-text/change-verdict.ts";
import { type CheckOutput, checkOutput } from "../../proposals/pr-text/check-output.ts";
import { redactTexts } from "../../proposals/pr-text/redact-texts.ts";
import { studyUrl } from "../../proposals/pr-text/study-url.ts";
import type { RefreshCheckJob } from "../../queue/event-jobs.ts";
import type { WritableRepo } from "../../registry/require-writable.ts";
import type { ConfigRepoAccess } from "../config-repo-access.ts";
import type { EventOutcome, EventRun } from "../event-job.ts";
import { onPullRequest } from "../on-pull-request.ts";
import { findChart } from "./find-chart.ts";
import { judgeChange } from "./judge-change.ts";
import { makeCheck } from "./make-check.ts";
import type { RefreshCheckDeps } from "./refresh-check-deps.ts";
import { tellOutcome } from "./tell-outcome.ts";
import { updateBody } from "./update-body.ts";

/**
 * The refresh_check job: holds an opened proposal against the base branch as it is now, and says on the pull request what
 * came of it, in a check run on its head and, where the job asks for it, in its body. It may be run any number of times.
 */
export const createRefreshCheck =
  (deps: RefreshCheckDeps) =>
  async ({ job, run, log }: EventRun<RefreshCheckJob>): Promise<EventOutcome> => {
    const proposal = await findProposal(deps.db, job.proposal_id);
    const opened = proposal?.status === "pr_opened" ? recordedPull(proposal) : undefined;
    if (proposal === undefined || opened === undefined) return "done";
    // Rejected or merged meanwhile: there is nothing to look at any more.
    return onPullRequest(deps, { pull: opened, run, isStill: isOpened }, (access, installation) =>
      refresh(deps, { job, log, proposal, opened, access, installation }),
    );
  };

interface Context {
  job: RefreshCheckJob;
  log: Logger;
  proposal: ProposalRow;
  opened: OpenedPull;
  access: ConfigRepoAccess;
  installation: WritableRepo["installation"];
}

const refresh = async (deps: RefreshCheckDeps, context: Context): Promise<EventOutcome> => {
  const { job, proposal, opened, access } = context;
  const startedAt = new Date(deps.clock.now());
  const { pull, body } = await access.pulls.getPullAndBody(opened.number);
  if (pull.state !== "open") return "done";
  const tips = await access.git.tips(pull.base_ref, pull.head_ref);
  // A pull request whose base is gone is closed, or has another base: GitHub will say so in a moment.
  if (tips.base === null) return "lagging";
  const base = tips.base;

  const facts = await loadFacts(deps.db, proposal);
  const judged = await judgeChange(facts, (path) => access.git.readFile(base, path));
  const chart = await findChart(deps, access.client, facts);
  // Before any text is escaped: a secret would not be recognised afterwards.
  const { study, digest, verdict } = redactTexts(
    { study: facts.study, digest: facts.digest, verdict: judged },
    deps.redact,
  );
  const output = checkOutput({
    proposal: redactTexts(proposal, deps.redact),
    study,
    digest,
    verdict,
    chart,
    baseBranch: pull.base_ref,
    foreignCommits: pull.head_sha !== proposal.pr_head_sha,
    listens: deps.listens,
  });
  const check = await makeCheck({ ...deps, log: context.log }, access.client, {
    proposalId: proposal.id,
    headSha: pull.head_sha,
    detailsUrl: deps.baseUrl === null || study === null ? null : studyUrl(deps.baseUrl, study.id),
    output: redactOutput(output, deps.redact),
    startedAt,
    permissions: context.installation.permissions as Parameters<typeof makeCheck>[2]["permissions"],
  });
  const note = deps.redact(verdictNote(verdict));
  const written = job.body
    ? await updateBody(access, { number: pull.number, seen: body, note })
    : "not_asked";
  const outcome = outcomeOf(output, judged, pull);
  await tellOutcome(deps.db, opened, outcome);
  context.log.info({ event: "check_refreshed", ...outcome, check, body: written }, "held against the base");
  // What git has already, the API has not seen yet: the check belongs on the newer head.
  return tips.branch !== null && tips.branch !== pull.head_sha ? "lagging" : "done";
};

const outcomeOf = ({ conclusion }: CheckOutput, verdict: ChangeVerdict, { head_sha }: Pull) => ({
  conclusion,
  drift: verdict.kind === "applies" ? verdict.drift.length : 0,
  head_sha,
});

const redactOutput = (
  { conclusion, ...texts }: CheckOutput,
  redact: (text: string) => string,
): CheckOutput => ({
  conclusion,
  ...redactTexts(texts, redact),
});
