import { z } from "zod";
import { commitSha, githubId, pullNumber } from "./payload-parts.ts";
import type { WantedJob } from "./wanted-job.ts";

/** What is kept of a delivery, and what it asks for. Ids only: payloads are not kept. */
export interface Delivery {
  /** `X-GitHub-Delivery`, lower-cased. */
  guid: string;
  event: string;
  action: string | null;
  installationId: number | null;
  repositoryId: number | null;
  /** Such as `pull 12`, for whoever reads the table. */
  subject: string | null;
  /** Of the bytes that were signed. */
  bodySha256: string;
  receivedAt: Date;
  requestId: string;
  /** null: nothing listens to the event. */
  wanted: WantedJob[] | null;
}

/** Actions are words; a `repository_dispatch` brings one that somebody made up. */
const action = z
  .string()
  .regex(/^[A-Za-z0-9_.-]{1,100}$/)
  .nullish()
  .catch(null);
const idOf = z
  .object({ id: githubId })
  .nullish()
  .catch(null)
  .transform((part) => part?.id ?? null);
const pullOf = z
  .object({ number: pullNumber })
  .nullish()
  .catch(null)
  .transform((part) => part && `pull ${part.number}`);
const issueOf = z
  .object({ number: pullNumber, pull_request: z.unknown() })
  .nullish()
  .catch(null)
  .transform((part) => part && `${part.pull_request ? "pull" : "issue"} ${part.number}`);
const headOf = z
  .object({ head_sha: commitSha })
  .nullish()
  .catch(null)
  .transform((part) => part && `sha ${part.head_sha}`);
const shaOf = commitSha
  .nullish()
  .catch(null)
  .transform((sha) => sha && `sha ${sha}`);

const factsSchema = z.object({
  action,
  installation: idOf,
  repository: idOf,
  pull_request: pullOf,
  issue: issueOf,
  check_run: headOf,
  check_suite: headOf,
  sha: shaOf,
});

/** What a payload speaks of. Reads any object, whatever is in it. */
export const readFacts = (
  payload: object,
): Pick<Delivery, "action" | "installationId" | "repositoryId" | "subject"> => {
  const facts = factsSchema.parse(payload);
  const scope =
    facts.repository !== null ? "repository" : facts.installation !== null ? "installation" : null;
  return {
    action: facts.action ?? null,
    installationId: facts.installation,
    repositoryId: facts.repository,
    subject: facts.pull_request ?? facts.issue ?? facts.check_run ?? facts.check_suite ?? facts.sha ?? scope,
  };
};
