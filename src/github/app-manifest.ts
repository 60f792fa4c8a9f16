import { createPrivateKey } from "node:crypto";
import { z } from "zod";
import { GithubApiError } from "./github-errors.ts";
import { createOctokit, type OctokitDeps } from "./octokit.ts";
import { readAnswer } from "./read-answer.ts";
import { type RequestPolicyDeps, underRequestPolicy } from "./request-policy.ts";

const ROUTE = "POST /app-manifests/{code}/conversions";

/** An app as GitHub hands it out, once: whoever loses this has to make a new key. */
export interface RegisteredApp {
  id: number;
  name: string;
  /** Its page, from which it is installed. */
  html_url: string;
  /** Private key, PEM. */
  pem: string;
  /** null: GitHub made none. */
  webhook_secret: string | null;
}

export type Conversion =
  | { kind: "converted"; app: RegisteredApp }
  /** GitHub does not know the code: used, older than an hour, or made up. In GitHub's words. */
  | { kind: "refused"; message: string };

const isPrivateKey = (pem: string): boolean => {
  try {
    return createPrivateKey(pem).asymmetricKeyType === "rsa";
  } catch {
    return false;
  }
};

/** https://docs.github.com/rest/apps/apps#create-a-github-app-from-a-manifest */
const appSchema = z.object({
  id: z.int().positive(),
  name: z.string(),
  html_url: z.url({ protocol: /^https?$/ }),
  pem: z.string().refine(isPrivateKey),
  webhook_secret: z
    .string()
    .regex(/^[^'\s\p{Cc}]{8,}$/u)
    .nullish()
    .transform((secret) => secret ?? null),
});

/**
 * Exchanges the code that GitHub's manifest flow ends in for the app's credentials. Nobody has to be logged in: the
 * code is the credential, good once and for an hour.
 *
 * @throws UncertainWriteError when there was no answer or a 5xx, and whatever underRequestPolicy throws
 */
export const createManifestConversion = (deps: OctokitDeps & RequestPolicyDeps) => {
  const octokit = createOctokit(deps, { authStrategy: undefined });
  return async (code: string, signal: AbortSignal): Promise<Conversion> => {
    const send = () => octokit.request(ROUTE, { code, request: { signal } });
    try {
      const { data } = await underRequestPolicy(send, deps, { route: ROUTE, signal, repeatable: false });
      return { kind: "converted", app: readAnswer(appSchema, data, ROUTE) };
    } catch (error) {
      if (error instanceof GithubApiError && (error.status === 404 || error.status === 422)) {
        return { kind: "refused", message: error.message };
      }
      throw error;
    }
  };
};
