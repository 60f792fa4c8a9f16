import type { Conversion, RegisteredApp } from "../github/app-manifest.ts";
import type { EnvFile } from "./env-file.ts";
import type { OneTimeState } from "./one-time-state.ts";
import { RegisterError } from "./register-error.ts";

/** How one visit with a code ended. */
export type Finish =
  | { kind: "registered"; app: RegisteredApp }
  | { kind: "foreign" }
  | { kind: "busy" }
  /** The code is worth nothing; the way begins anew. */
  | { kind: "refused"; message: string }
  /** Loading the page again tries again. */
  | { kind: "failed"; message: string };

export interface FinishDeps {
  state: OneTimeState;
  /** @throws when GitHub can't be reached, or is in trouble */
  convert(code: string, signal: AbortSignal): Promise<Conversion>;
  envFile: Pick<EnvFile, "save">;
  signal: AbortSignal;
}

/**
 * Makes an app of GitHub's code, and stores it. The state is spent by the end, whatever it is; until then the page may
 * be loaded again. GitHub gives an app's credentials once, so they stay in memory until they are stored.
 */
export const createFinishRegistration = ({ state, convert, envFile, signal }: FinishDeps) => {
  let busy = false;
  let converted: RegisteredApp | null = null;

  const finish = async (code: string): Promise<Finish> => {
    if (converted === null) {
      const conversion = await convert(code, signal);
      if (conversion.kind === "refused") {
        state.spend();
        return conversion;
      }
      converted = conversion.app;
    }
    const { id, pem, webhook_secret } = converted;
    await envFile.save({ appId: id, privateKey: pem, webhookSecret: webhook_secret });
    state.spend();
    return { kind: "registered", app: converted };
  };

  return async (given: { code: string; state: string }): Promise<Finish> => {
    if (!state.matches(given.state)) return { kind: "foreign" };
    if (busy) return { kind: "busy" };
    busy = true;
    try {
      return await finish(given.code);
    } catch (error) {
      return { kind: "failed", message: messageOf(error, converted !== null) };
    } finally {
      busy = false;
    }
  };
};

const messageOf = (error: unknown, hasApp: boolean): string => {
  const text = error instanceof Error ? error.message : String(error);
  if (!hasApp) return text;
  const kept = "The app is registered, and its credentials are kept in memory until they are stored.";
  return error instanceof RegisterError ? `${text} ${kept}` : `Storing the credentials failed. ${kept}`;
};
