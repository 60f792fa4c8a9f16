import type { FaultKind } from "../../sandbox/faults/faults.ts";

/** What happens to a request. */
export type Effect =
  /** Nobody listens. */
  | { kind: "refused" }
  /** Carried out, and its answer does not come within the request's own deadline. */
  | { kind: "timed_out" }
  /** Carried out, and half of the answer arrives as if it were the whole of it. */
  | { kind: "half" }
  /** What the sandbox itself can do to it. */
  | { kind: "sandbox"; fault: FaultKind }
  /** Answered so, without the effect. */
  | { kind: "answer"; status: number; headers?: (github_s: number) => Record<string, string>; body?: Body }
  /** GitHub does not know the tokens minted lately yet, or those minted so far any more. */
  | { kind: "token"; refused: "young" | "old" };

/** Words of the answer, or a page for people. */
type Body = { message: string; code?: string } | "page";

export interface Fault {
  name: string;
  effect: Effect;
  /** Seconds GitHub asks to wait; null: it says so, but not how long; undefined: it does not. */
  asks_s?: number | null;
}

/** A new token is known everywhere after this long. */
export const TOKEN_AGE_MS_MIN = 2_000;

const SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
const PRIMARY = "API rate limit exceeded for installation ID 1.";

const nothingRemaining = (reset_in_s: number) => (github_s: number) => ({
  "x-ratelimit-limit": "5000",
  "x-ratelimit-remaining": "0",
  "x-ratelimit-used": "5000",
  "x-ratelimit-reset": String(github_s + reset_in_s),
});

const answer = (status: number, message: string): Effect => ({ kind: "answer", status, body: { message } });

const limited = (name: string, status: number, asks_s: number): Fault => ({
  name,
  asks_s,
  effect: {
    kind: "answer",
    status,
    headers: () => ({ "retry-after": String(asks_s) }),
    body: { message: SECONDARY },
  },
});

const spent = (name: string, message: string, asks_s: number): Fault => ({
  name,
  asks_s,
  effect: { kind: "answer", status: 403, headers: nothingRemaining(asks_s), body: { message } },
});

/** Everything that is known to go wrong between a job and GitHub. */
export const FAULTS: readonly Fault[] = [
  { name: "connection refused", effect: { kind: "refused" } },
  { name: "reset before the effect", effect: { kind: "sandbox", fault: { kind: "drop", when: "before" } } },
  { name: "reset after the effect", effect: { kind: "sandbox", fault: { kind: "drop", when: "after" } } },
  { name: "timed out", effect: { kind: "timed_out" } },
  { name: "cut off", effect: { kind: "sandbox", fault: { kind: "truncate" } } },
  { name: "half an answer", effect: { kind: "half" } },
  { name: "a page with status 200", effect: { kind: "sandbox", fault: { kind: "html" } } },
  { name: "500", effect: answer(500, "Server Error") },
  { name: "502", effect: { kind: "answer", status: 502, body: "page" } },
  { name: "503", effect: { kind: "answer", status: 503, body: "page" } },
  limited("429 for 5 s", 429, 5),
  limited("429 for 300 s", 429, 300),
  limited("403 with Retry-After", 403, 20),
  spent("403 with nothing remaining", SECONDARY, 40),
  { name: "403 with words alone", asks_s: null, effect: answer(403, SECONDARY) },
  {
    name: "422 abuse",
    asks_s: null,
    effect: { kind: "answer", status: 422, body: { message: "Validation Failed", code: "abuse" } },
  },
  spent("403 for an hour", PRIMARY, 3_600),
  { name: "401", effect: answer(401, "Bad credentials") },
  { name: "401 to young tokens", effect: { kind: "token", refused: "young" } },
  { name: "401 to old tokens", effect: { kind: "token", refused: "old" } },
  { name: "404", effect: answer(404, "Not Found") },
];

/** Those that may as well last. */
export const LASTING: readonly Fault[] = FAULTS.filter(({ name }) =>
  [
    "connection refused",
    "500",
    "429 for 5 s",
    "429 for 300 s",
    "403 with words alone",
    "401",
    "404",
    "a page with status 200",
  ].includes(name),
);
