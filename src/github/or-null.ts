import { GithubApiError } from "./github-errors.ts";

/** @returns null where GitHub answers 404. */
export const orNull = async <T>(read: () => Promise<T>): Promise<T | null> => {
  try {
    return await read();
  } catch (error) {
    if (error instanceof GithubApiError && error.status === 404) return null;
    throw error;
  }
};
