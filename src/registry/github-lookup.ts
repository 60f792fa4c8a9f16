import { AppError } from "../errors.ts";
import type { Installation, RepositoryInfo } from "../github/installation.ts";

/** What registering asks of GitHub. Both throw AppError when GitHub gives no usable answer. */
export interface GithubLookup {
  /** null: no such installation (any more). */
  installation(id: number, signal: AbortSignal): Promise<Installation | null>;
  /** null: this installation does not cover it, whether or not it exists. */
  findRepository(query: {
    installationId: number;
    owner: string;
    repo: string;
    signal: AbortSignal;
  }): Promise<RepositoryInfo | null>;
}

/** A person waits for the answer; whatever GitHub has not said by then, it may say to the next try. */
const GITHUB_TIMEOUT_MS = 20_000;

/**
 * Runs questions to GitHub under one time limit.
 * @throws AppError GITHUB_API_FAILED when the time is over, and whatever the questions throw
 */
export const askGithub = async <T>(ask: (signal: AbortSignal) => Promise<T>): Promise<T> => {
  const signal = AbortSignal.timeout(GITHUB_TIMEOUT_MS);
  try {
    return await ask(signal);
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError(
      "GITHUB_API_FAILED",
      signal.aborted
        ? `GitHub did not answer within ${GITHUB_TIMEOUT_MS / 1_000} s. Try again.`
        : "GitHub gave no usable answer. Try again.",
      { cause: error },
    );
  }
};
