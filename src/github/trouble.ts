/**
 * What went wrong with one request to GitHub, as far as the retry policy is concerned. REST answers and git
 * answers are both put into these words, so that one policy holds for both.
 */
export type Trouble =
  /** No answer, or a 5xx: the request may or may not have had its effect. `wait_ms_min` is what a header asks for. */
  | { kind: "uncertain"; wait_ms_min: number }
  /** 401: the token is expired, revoked, or so new that not every server knows it yet. */
  | { kind: "unauthorized" }
  /** 404: gone, or so new that not every server knows it yet. */
  | { kind: "not_found" }
  /** Nothing was done; null where GitHub does not say how long to wait. */
  | { kind: "rate_limited"; wait_ms: number | null }
  /** The same request would get the same answer, or fail again for the same setting. */
  | { kind: "final" };

/** @returns null for an error that is not the remote's, such as a lost fence: it is passed on untouched. */
export type Classify = (error: unknown, now_ms: number) => Trouble | null;
