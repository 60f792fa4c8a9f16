import type { JobKind } from "../../src/queue/job-data.ts";
import type { Fault } from "./faults.ts";
import { isGit, isOfApp, isWrite, MINT } from "./wire-name.ts";

/** What is promised, and not what the code says: a longer wait is for the queue. */
export const WAIT_IN_JOB_MS_MAX = 60_000;

/** How a job ended: `done`, or the code and the reason it gave up with, as in docs/operations.md. */
export type Ending = "done" | `${string} ${string}`;

export interface Met {
  kind: JobKind;
  /** Name of the request that met the fault. */
  request: string;
  fault: Pick<Fault, "name" | "effect" | "asks_s">;
  lasts: boolean;
}

export interface Expectation {
  /** One of these. */
  endings: readonly Ending[];
  /** Where it ends as `done`: what it may have gone without. `all`: GitHub said that there is nothing to do. */
  without: "nothing" | "extras" | "all";
}

/** What a fault is to a job, in the words of docs/design.md, "Trouble with GitHub". */
export type Trouble = "lost" | "unreadable" | "limited" | "refused" | "unauthorized" | "absent";

export const troubleOf = ({ effect, asks_s }: Met["fault"], request: string): Trouble => {
  switch (effect.kind) {
    case "refused":
    case "timed_out":
      return "lost";
    case "half":
      // Git's answers end with a packet that says so, so a missing half is noticed.
      return isGit(request) ? "lost" : "unreadable";
    case "sandbox":
      return effect.fault.kind === "html" ? "unreadable" : "lost";
    case "token":
      return "unauthorized";
    case "answer":
      if (effect.status >= 500) return "lost";
      if (effect.status === 401) return "unauthorized";
      if (effect.status === 404) return "absent";
      // Git's hosts know no 422.
      return asks_s !== undefined && !(isGit(request) && effect.status === 422) ? "limited" : "refused";
    default:
      throw new TypeError(`unknown effect ${effect satisfies never}`);
  }
};

const APP = "GET /app";
const LISTED = "GET /installation/repositories";
/** Before such a write is sent again it is looked for, so that it never stands there twice. */
const LOOKED_FOR: readonly string[] = [
  "POST /repos/{repository}/pulls",
  "POST /repos/{repository}/check-runs",
  "POST /repos/{repository}/issues/{}/comments",
];
const CHART = /^GET \/repos\/\{repository\}\/contents\//;
const BOT = "GET /users/{}";
const COMMENT = /^\w+ \/repos\/\{repository\}\/issues\/(comments\/)?\{\}/;
const SIGNAL = /\/(check-runs|status|reviews)$/;

const done = (without: Expectation["without"] = "nothing"): Expectation => ({ endings: ["done"], without });
const failed = (code: string, reason: string): Expectation => ({
  endings: [`${code} ${reason}`],
  without: "nothing",
});

/** What a job comes to that meets this, as the documents promise it. */
export const expected = (met: Met): Expectation => {
  const { kind, request, lasts } = met;
  const ofRun = endOfRun(met);
  if (ofRun.endings.includes("done")) return ofRun;
  // A pull request is closed without a comment where nobody knows whose it would be; to look for one, that is needed.
  if (request === APP && kind === "close_pr")
    return { endings: ["done", ...ofRun.endings], without: "extras" };
  if (lasts) return ofRun;
  // A press that failed people see at once; other jobs the queue runs again, unless somebody has to act.
  const isFinal =
    kind === "open_pr" || ofRun.endings.some((ending) => ending.startsWith("GITHUB_NOT_CONFIGURED"));
  return isFinal ? ofRun : done();
};

/** What one run comes to; of something that lasts, every run. */
const endOfRun = (met: Met): Expectation => {
  if (goesWithout(met)) return done("extras");
  const { request, fault, lasts } = met;
  switch (troubleOf(fault, request)) {
    case "lost":
      return lasts ? endOfLost(met) : done();
    case "unreadable":
      return endOfUnreadable(met);
    case "limited":
      return lasts ? endOfLimited(met) : done();
    case "refused":
      return endOfRefused(met);
    case "unauthorized":
      return endOfUnauthorized(met);
    case "absent":
      return endOfAbsent(met);
    default:
      throw new TypeError(`unknown trouble of ${fault.name}`);
  }
};

/** What the job is about does not hang on this answer. */
const goesWithout = ({ kind, request, fault }: Met): boolean => {
  switch (kind) {
    case "open_pr":
      return request === BOT || COMMENT.test(request);
    case "close_pr":
      return COMMENT.test(request);
    case "mirror_pr":
      return troubleOf(fault, request) === "absent" && SIGNAL.test(request);
    case "run_command":
      // There is no conversation to answer in.
      return troubleOf(fault, request) === "absent" && COMMENT.test(request) && request.startsWith("POST");
    case "refresh_check":
    case "sync_installation":
    case "tidy_comments":
      return false;
    default:
      throw new TypeError(`unknown job ${kind satisfies never}`);
  }
};

const statusOf = ({ effect }: Met["fault"]): number | null =>
  effect.kind === "answer" ? effect.status : null;

/** It was asked again for as long as the policy says, and a write was looked for each time. */
const endOfLost = ({ request, fault }: Met): Expectation => {
  const status = statusOf(fault);
  if (isGit(request)) return failed("CLONE_FAILED", status === null ? "unreachable" : "server");
  if (LOOKED_FOR.includes(request)) return failed("GITHUB_API_FAILED", "uncertain");
  return failed("GITHUB_API_FAILED", status === null ? "unreachable" : `http_${status}`);
};

/** Carried out, and the answer says nothing. Of a write the effect is looked for, or not asked for; a read has failed. */
const endOfUnreadable = ({ request, lasts }: Met): Expectation => {
  if (request === MINT) return lasts ? failed("GITHUB_API_FAILED", "http_200") : done();
  if (isWrite(request) || CHART.test(request)) return done();
  return isGit(request) ? failed("CLONE_FAILED", "protocol") : failed("GITHUB_API_FAILED", "http_200");
};

/** Short waits use up the tries of one job; long ones the jobs an attempt may wait in. */
const endOfLimited = ({ request, fault }: Met): Expectation => {
  const isShort = typeof fault.asks_s === "number" && fault.asks_s * 1_000 <= WAIT_IN_JOB_MS_MAX;
  if (!isShort) return failed("GITHUB_API_FAILED", "rate_limited");
  return isGit(request)
    ? failed("CLONE_FAILED", "rate_limited")
    : failed("GITHUB_API_FAILED", `http_${statusOf(fault)}`);
};

const endOfRefused = ({ request, fault }: Met): Expectation => {
  const reason = statusOf(fault) === 403 ? "forbidden" : "protocol";
  // It was readable a moment ago: what is forbidden is the push.
  if (request === "git create branch" && reason === "forbidden") return failed("PUSH_REJECTED", "null");
  return failed("CLONE_FAILED", reason);
};

const endOfUnauthorized = ({ request, fault, lasts }: Met): Expectation => {
  // A token that is too new, or too old, is replaced in time; nothing of the app itself bears one.
  if (fault.effect.kind === "token") return done();
  // Each of these has an assertion of its own, so another would be refused as well.
  if (isOfApp(request)) return failed("GITHUB_NOT_CONFIGURED", "no_credentials");
  if (!lasts) return done();
  if (request === LISTED) return contradiction;
  return isGit(request) ? failed("CLONE_FAILED", "unauthorized") : failed("GITHUB_API_FAILED", "http_401");
};

/** Gone, unless it was written just now; what that means, depends on what is gone. */
const endOfAbsent = ({ kind, request, lasts }: Met): Expectation => {
  if (kind === "sync_installation") {
    if (request === "GET /app/installations/{}") return done("all");
    return lasts ? contradiction : done();
  }
  if (request === MINT) return failed("GITHUB_NOT_CONFIGURED", "uninstalled");
  if (isGit(request)) return failed("CLONE_FAILED", "not_found");
  if (CHART.test(request)) return done();
  if (kind === "run_command" && request.endsWith("/permission")) return done("all");
  // One that is gone is what is wanted.
  if (request.startsWith("DELETE ")) return done("all");
  if (kind === "run_command" && COMMENT.test(request)) return done(lasts ? "all" : "nothing");
  if (kind === "mirror_pr") return done(lasts ? "all" : "nothing");
  return failed("GITHUB_API_FAILED", "http_404");
};

/** GitHub says that an installation is active, and does not list its repositories. */
const contradiction = failed("GITHUB_API_FAILED", "undefined");
