import { createHmac, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

/** What the deliveries are about: pull requests of one repository, with ids from 1 on. */
export interface Target {
  repositoryId: number;
  installationId: number;
  pulls: { number: number; headSha: string; proposalId: string }[];
}

export interface Plan {
  /** Deliveries, repeated ones included. */
  total: number;
  /** Of them, those that come a second time. */
  repeated: number;
  target: Target;
  secret: string;
  path: string;
}

/** One delivery that is sent at least once, and what has to come of it. */
export interface Planned {
  guid: string;
  event: string;
  /** `mirror_pr` and `refresh_check` jobs by their proposal, sorted. */
  jobs: string[];
  status: "received" | "processed" | "ignored";
}

/** A repeated delivery follows its first at a distance of up to so many. */
const REPEATED_WITHIN = 200;

type Json = Record<string, unknown>;
type Kind = { event: string; payload: Json } & Pick<Planned, "jobs" | "status">;

const examples = JSON.parse(
  readFileSync(createRequire(import.meta.url).resolve("@octokit/webhooks-examples"), "utf8"),
) as { name: string; examples: Json[] }[];

const exampleOf = (event: string, action: string): Json => {
  const found = examples
    .find(({ name }) => name === event)
    ?.examples.find((payload) => payload.action === action);
  if (found === undefined) throw new Error(`there is no example of ${event}.${action}`);
  return found;
};

const closed = exampleOf("pull_request", "closed");
const synchronize = exampleOf("pull_request", "synchronize");
const checked = exampleOf("check_run", "completed");
const labeled = exampleOf("pull_request", "labeled");

/**
 * GitHub's own examples about our pull requests: of twenty, twelve change one, four are checks of its head, two are
 * about a repository that is not ours, and two are of an action nothing listens to.
 */
const kindOf = (at: number, { repositoryId, installationId, pulls }: Target): Kind => {
  const pull = pulls[at % pulls.length] as Target["pulls"][number];
  const about = (payload: Json, repository_id = repositoryId): Json => ({
    ...payload,
    repository: { ...(payload.repository as Json), id: repository_id },
    installation: { id: installationId },
  });
  const withPull = (payload: Json): Json => ({
    ...payload,
    number: pull.number,
    pull_request: { ...(payload.pull_request as Json), number: pull.number },
  });
  const mirror = `mirror_pr ${pull.proposalId}`;
  switch (at % 20) {
    case 0:
    case 1:
    case 2:
    case 3: {
      const run = { ...(checked.check_run as Json), head_sha: pull.headSha };
      const payload = about({ ...checked, check_run: run });
      return { event: "check_run", payload, jobs: [mirror], status: "received" };
    }
    case 4:
    case 5: {
      const payload = about(withPull(closed), repositoryId + 1);
      return { event: "pull_request", payload, jobs: [], status: "processed" };
    }
    case 6:
    case 7:
      return { event: "pull_request", payload: about(withPull(labeled)), jobs: [], status: "ignored" };
    case 8: {
      const jobs = [mirror, `refresh_check ${pull.proposalId}`];
      return { event: "pull_request", payload: about(withPull(synchronize)), jobs, status: "received" };
    }
    default:
      return { event: "pull_request", payload: about(withPull(closed)), jobs: [mirror], status: "received" };
  }
};

/** Makes the deliveries. @returns what has to come of them, and each as the bytes of an HTTP request, in order */
export const makeDeliveries = (plan: Plan): { planned: Planned[]; requests: Buffer[] } => {
  const planned: Planned[] = [];
  const first: Buffer[] = [];
  for (let at = 0; at < plan.total - plan.repeated; at++) {
    const { event, payload, jobs, status } = kindOf(at, plan.target);
    const guid = randomUUID();
    planned.push({ guid, event, jobs: [...jobs].sort(), status });
    first.push(requestBytes(plan, { guid, event, body: Buffer.from(JSON.stringify(payload)) }));
  }
  return { planned, requests: withRepetitions(first, plan.repeated) };
};

/** Spread evenly; each comes a second time a little later, at times while its first is still under way. */
const withRepetitions = (first: readonly Buffer[], repeated: number): Buffer[] => {
  const placed = first.map((bytes, at) => ({ bytes, position: at }));
  const again = Array.from({ length: repeated }, (_, count) => {
    const at = Math.floor((count * first.length) / repeated);
    return { bytes: first[at] as Buffer, position: at + 0.5 + ((count * 37) % REPEATED_WITHIN) };
  });
  return [...placed, ...again].sort((a, b) => a.position - b.position).map(({ bytes }) => bytes);
};

const requestBytes = (
  { secret, path }: Plan,
  { guid, event, body }: { guid: string; event: string; body: Buffer },
): Buffer => {
  const head = [
    `POST ${path} HTTP/1.1`,
    "Host: localhost",
    "Accept: */*",
    "Content-Type: application/json",
    `Content-Length: ${body.length}`,
    "User-Agent: GitHub-Hookshot/044aadd",
    `X-GitHub-Delivery: ${guid}`,
    `X-GitHub-Event: ${event}`,
    `X-Hub-Signature-256: sha256=${createHmac("sha256", secret).update(body).digest("hex")}`,
  ].join("\r\n");
  return Buffer.concat([Buffer.from(`${head}\r\n\r\n`), body]);
};
