import { GitCommandError } from "../../sandbox/git/run-git.ts";
import { GitHubError } from "../../sandbox/github-error.ts";
import { UnknownNameError } from "../../sandbox/world/find.ts";
import type { TestService } from "../../test/support/start-service.ts";
import type { Chronicle } from "./chronicle.ts";
import { lastSeq } from "./standing.ts";

/** Does something on GitHub, which may refuse it, as it does when somebody else was faster. */
export const createDeedDoer =
  ({ db }: Pick<TestService, "db">, chronicle: Chronicle) =>
  async (text: string, about: readonly string[], work: () => Promise<unknown>): Promise<boolean> => {
    const from = await lastSeq(db);
    const note = async (outcome: string) => {
      chronicle.deeds.push({ from, to: await lastSeq(db), text: `${text}: ${outcome}`, about });
    };
    try {
      await work();
      await note("done");
      return true;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      chronicle.refused++;
      await note(error.message);
      return false;
    }
  };

const isRefusal = (error: unknown): error is Error =>
  error instanceof GitHubError || error instanceof UnknownNameError || error instanceof GitCommandError;
