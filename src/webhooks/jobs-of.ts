import type { Found, LookedUp } from "../db/pull-lookup-store.ts";
import {
  type EventJob,
  mirrorPrJob,
  refreshCheckJob,
  runCommandJob,
  syncInstallationJob,
  tidyCommentsJob,
} from "../queue/event-jobs.ts";
import { jobIdOf } from "../queue/job-data.ts";
import type { Delivery } from "./delivery.ts";
import type { WantedJob } from "./wanted-job.ts";

/** What has to be looked up for a wanted job; null: it names its installation. */
export const lookedUp = ({ subject }: WantedJob): LookedUp | null =>
  "installation_id" in subject ? null : subject;

/**
 * The jobs a delivery leads to, each once, by their ids.
 * @param found what its wanted jobs' subjects are to us, in their order
 * @param attempt how often it was taken in: one whose jobs failed gets new ones
 */
export const jobsOf = (
  delivery: Delivery,
  found: readonly Found[][],
  attempt: number,
): Map<string, EventJob> => {
  const jobs = new Map<string, EventJob>();
  const asked = {
    cause: `${delivery.guid}:${attempt}`,
    delivery_id: delivery.guid,
    asked_at: delivery.receivedAt.toISOString(),
    request_id: delivery.requestId,
  };
  for (const [at, wanted] of (delivery.wanted ?? []).entries()) {
    for (const job of jobsFor(wanted, found[at] ?? [], asked)) {
      // The first one says the most of what the event claimed.
      const id = jobIdOf(job);
      if (!jobs.has(id)) jobs.set(id, job);
    }
  }
  return jobs;
};

type Asked = Pick<EventJob, "cause" | "delivery_id" | "asked_at" | "request_id">;

const jobsFor = (wanted: WantedJob, found: readonly Found[], asked: Asked): EventJob[] => {
  const proposals = found.map(({ proposal_id }) => proposal_id).filter((id) => id !== null);
  switch (wanted.kind) {
    case "mirror_pr":
      return proposals.map((proposal_id) => mirrorPrJob({ ...asked, proposal_id, said: wanted.said }));
    case "refresh_check":
      return proposals.map((proposal_id) => refreshCheckJob({ ...asked, proposal_id, body: wanted.body }));
    case "run_command":
      return proposals.map((proposal_id) =>
        runCommandJob({ ...asked, proposal_id, comment_id: wanted.comment_id }),
      );
    case "tidy_comments":
      return proposals.map((proposal_id) =>
        tidyCommentsJob({ ...asked, proposal_id, comment_id: wanted.comment_id }),
      );
    case "sync_installation":
      return installationsOf(wanted.subject, found).map((installation_id) =>
        syncInstallationJob({ ...asked, installation_id, said: wanted.said }),
      );
    default:
      throw new TypeError(`unknown job ${wanted satisfies never}`);
  }
};

const installationsOf = (
  subject: Extract<WantedJob, { kind: "sync_installation" }>["subject"],
  found: readonly Found[],
): number[] =>
  "installation_id" in subject
    ? [subject.installation_id]
    : found.map(({ auth_ref }) => Number(auth_ref)).filter((id) => Number.isSafeInteger(id) && id > 0);
