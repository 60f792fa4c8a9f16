import { mkdir } from "node:fs/promises";
import type { Config } from "./config.ts";
import { API_SCOPES, type ApiToken } from "./config-tokens.ts";
import type { GithubCredentials } from "./open-github.ts";

/** What the sandbox GitHub stands in for: an app's registration, and an API token nobody had to make. */
export interface OpenSandboxGithub {
  credentials: GithubCredentials;
  token: ApiToken;
  /** Everything in `DATA_DIR/sandbox-secrets` that must not show. */
  secrets: string[];
  close(): Promise<void>;
}

/** Joins or starts the sandbox GitHub of DATA_DIR. It is loaded only here, so a production process never holds it. */
export const openSandboxGithub = async (dataDir: Config["dataDir"]): Promise<OpenSandboxGithub> => {
  // The user an embedded PostgreSQL runs as has to get through; what is inside has modes of its own.
  await mkdir(dataDir, { recursive: true, mode: 0o711 });
  const { openSandbox } = await import("../sandbox/open-sandbox.ts");
  const { url, apiUrl, secrets, close } = await openSandbox(dataDir);
  return {
    credentials: { appId: secrets.app_id, privateKey: secrets.private_key, webUrl: url, apiUrl },
    token: { name: "sandbox", scopes: API_SCOPES, secret: secrets.api_token },
    secrets: [secrets.private_key, secrets.webhook_secret, secrets.api_token],
    close,
  };
};
