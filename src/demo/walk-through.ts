import { setTimeout as delay } from "node:timers/promises";
import { type ApiCall, createApiCall } from "../client/api-call.ts";

const POLL_MS = 50;
/** A first run reads the whole repository over git; a machine under load takes seconds for it. */
const OPEN_TIMEOUT_MS = 60_000;

interface ProposalAnswer {
  status: string;
  pr_url: string | null;
  open_pr: { state: string; error: { code: string; message: string } | null };
}
interface EventsAnswer {
  data: { seq: number; at: string; kind: string; data: Record<string, unknown> }[];
}

/**
 * Does what an operator does, over the public API, and tells each step with its time: seeds a completed study with a
 * pending proposal, looks at the preview, presses "Open PR", and follows the timeline.
 * @returns whether a pull request was opened
 */
export const walkThrough = async (options: {
  url: string;
  token: string;
  print: (line: string) => void;
  signal: AbortSignal;
}): Promise<boolean> => {
  const { print, signal } = options;
  const started_ms = Date.now();
  const tell: Tell = (text, at_ms = Date.now()) =>
    print(`${`${at_ms - started_ms}`.padStart(7)} ms  ${text}`);
  const call = createApiCall({ ...options, actor: "demo operator" });

  const seeded = await call<{ study_id: string; proposal_id: string }>(
    "POST",
    "/_test/studies/seed-completed",
    {},
  );
  tell(`seeded   study ${seeded.study_id} with a pending proposal`);
  const path = `/proposals/${seeded.proposal_id}`;
  const preview = await call<{ diff: string; title: string; branch: string }>("GET", `${path}/preview`);
  tell(`preview  "${preview.title}" on ${preview.branch}`);
  tell("press    Open PR");
  await call("POST", `${path}/open_pr`);

  const proposal = await follow(call, path, tell, signal);
  if (proposal.status !== "pr_opened") {
    tell(
      `failed   ${proposal.open_pr.error?.code ?? proposal.open_pr.state}: ${proposal.open_pr.error?.message ?? ""}`,
    );
    return false;
  }
  print("");
  print(preview.diff.trimEnd());
  print("");
  print(`Pull request: ${proposal.pr_url}`);
  return true;
};

/** Prints a line with the time since the start; an event's own time, where there is one. */
type Tell = (text: string, at_ms?: number) => void;

/** Tells every event of the timeline until the attempt is over. */
const follow = async (
  call: ApiCall,
  path: string,
  tell: Tell,
  signal: AbortSignal,
): Promise<ProposalAnswer> => {
  let after = 0;
  for (
    const deadline_ms = performance.now() + OPEN_TIMEOUT_MS;
    ;
    await delay(POLL_MS, undefined, { signal })
  ) {
    const proposal = await call<ProposalAnswer>("GET", path);
    const events = await call<EventsAnswer>("GET", `${path}/events?after=${after}`);
    for (const event of events.data) {
      after = event.seq;
      const step = typeof event.data.step === "string" ? `  ${event.data.step}` : "";
      if (event.kind !== "proposal_created") tell(`event    ${event.kind}${step}`, Date.parse(event.at));
    }
    const over = proposal.status !== "pending" || proposal.open_pr.state === "failed";
    if (over || performance.now() > deadline_ms) return proposal;
  }
};
