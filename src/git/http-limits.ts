import { GitError } from "./transport.ts";

export interface HttpLimits {
  /** From the request to the head of its answer. */
  first_byte_ms_max: number;
  /** From the request to the last byte of its answer. */
  total_ms_max: number;
  /** One answer, after decompression. */
  answer_bytes_max: number;
}

export const HTTP_LIMITS: HttpLimits = {
  first_byte_ms_max: 30_000,
  total_ms_max: 120_000,
  answer_bytes_max: 64 * 1024 * 1024,
};

export interface Deadline {
  signal: AbortSignal;
  /** The head of the answer is here: from now on only the total counts. */
  begun: () => void;
  clear: () => void;
}

/** Ends a request with a {@link GitError} that says what took too long; `outer` ends it as well, with its own reason. */
export function startDeadline(host: string, outer: AbortSignal, limits: HttpLimits): Deadline {
  const late = new AbortController();
  const end = (what: string, limit_ms: number) =>
    setTimeout(() => {
      late.abort(new GitError("unreachable", `${host} did not ${what} within ${limit_ms / 1000} s`));
    }, limit_ms);
  const head = end("begin its answer", limits.first_byte_ms_max);
  const total = end("finish its answer", limits.total_ms_max);
  return {
    signal: AbortSignal.any([outer, late.signal]),
    begun: () => clearTimeout(head),
    clear: () => {
      clearTimeout(head);
      clearTimeout(total);
    },
  };
}
