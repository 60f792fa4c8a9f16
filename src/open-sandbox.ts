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
  webhookSecret: string;
  /** Where events are delivered from now on. */
  deliverTo(url: string): Promise<void>;
  close(): Promise<void>;
}

const CONTROL_TIMEOUT_MS = 10_000;

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
    webhookSecret: secrets.webhook_secret,
    deliverTo: (hookUrl) => deliverTo(url, hookUrl),
    close,
  };
};

/** The server may be another process's, so it is asked over HTTP. */
const deliverTo = async (sandboxUrl: string, url: string): Promise<void> => {
  const response = await fetch(`${sandboxUrl}/_sandbox/hook`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ url }),
    signal: AbortSignal.timeout(CONTROL_TIMEOUT_MS),
  });
  if (!response.ok) throw new Error(`the sandbox took no webhook address: ${await response.text()}`);
};
