import { GithubApiError } from "./github-errors.ts";

/** Whether GitHub says that this object can't be had or done, and asking again would change nothing. */
export const isRefusal = (error: unknown): boolean =>
  error instanceof GithubApiError && [400, 404, 410, 422].includes(error.status ?? 0);
