import type { Clock } from "../clock.ts";
import { GithubApiError, UncertainWriteError } from "./github-errors.ts";
import { isOurs, type Ours, type Pull } from "./pull.ts";
import type { NewPull, PullRequests } from "./pull-requests.ts";

/** How often a pull request is sent at most; in between it is looked for. */
const SENDS_MAX = 3;
/** Before each look, so that GitHub's list has caught up with what was just created. */
const LOOK_WAIT_MS = 1_000;

export interface OpenPullDeps {
  pulls: Pick<PullRequests, "createPull" | "findPulls">;
  clock: Clock;
  signal: AbortSignal;
}

export interface OpenPullInput extends NewPull {
  /** Owner of the repository, which is where the branch is. */
  headOwner: string;
  ours: Omit<Ours, "base">;
}

export type OpenPullOutcome = { kind: "opened"; pull: Pull } | { kind: "adopted"; pull: Pull };

/**
 * Opens a pull request, exactly once: after an answer that leaves it open whether there is one now, it looks before it
 * sends again, and takes over what is ours.
 *
 * A first run calls this at once. A run that follows another one calls {@link findOurPull} first: ours may be
 * closed or merged by now, and then GitHub would let a second one be opened.
 *
 * @throws GithubApiError when somebody else's pull request is in the way, and whatever `createPull` throws
 */
export const openPull = async (deps: OpenPullDeps, input: OpenPullInput): Promise<OpenPullOutcome> => {
  const { title, head, base, body } = input;
  for (let sends = 1; ; sends++) {
    const created = await createOrUnknown(deps.pulls, { title, head, base, body });
    if (created.kind === "created") return { kind: "opened", pull: created.pull };
    await deps.clock.sleep(LOOK_WAIT_MS, deps.signal);
    const found = await deps.pulls.findPulls({ headOwner: input.headOwner, branch: head });
    const pull = pickOurs(found, [{ ...input.ours, base }]);
    if (pull !== null) return { kind: "adopted", pull };
    const stranger = found.find((other) => other.state === "open" && other.base_ref === base);
    if (stranger !== undefined) throw inTheWay(stranger, head);
    if (sends >= SENDS_MAX) throw created.error;
  }
};

/**
 * Looks up the pull request an earlier run may have opened, whatever its state; null: there is none of ours.
 * @param ours one for each head that may have been pushed
 */
export const findOurPull = async (
  pulls: Pick<PullRequests, "findPulls">,
  { headOwner, head, ours }: { headOwner: string; head: string; ours: readonly Ours[] },
): Promise<Pull | null> => pickOurs(await pulls.findPulls({ headOwner, branch: head }), ours);

const createOrUnknown = async (pulls: OpenPullDeps["pulls"], pull: NewPull) => {
  try {
    const outcome = await pulls.createPull(pull);
    if (outcome.kind === "created") return outcome;
    const text = "GitHub says that a pull request already exists for this branch, but does not list it.";
    return { kind: "unknown", error: new GithubApiError(text, 422) } as const;
  } catch (error) {
    if (error instanceof UncertainWriteError) return { kind: "unknown", error } as const;
    throw error;
  }
};

/** An open one is what people see; of several others, the newest. */
const pickOurs = (pulls: Pull[], ours: readonly Ours[]): Pull | null => {
  const own = pulls
    .filter((pull) => ours.some((one) => isOurs(pull, one)))
    .sort((a, b) => b.number - a.number);
  return own.find((pull) => pull.state === "open") ?? own[0] ?? null;
};

const inTheWay = (pull: Pull, head: string) =>
  new GithubApiError(
    `The open pull request #${pull.number} of ${pull.author_login ?? "a deleted account"} for ${head} is not ours. ` +
      "Close it to let the app open its own.",
    422,
  );
