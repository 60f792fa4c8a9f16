import { createSign } from "node:crypto";
import type { Sandbox } from "../../sandbox/sandbox.ts";

export interface ApiAnswer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers whose shape conformance has checked.
  body: any;
}

export interface SandboxClient {
  /** An assertion of the app; `claims` replaces single ones. */
  appJwt(claims?: Record<string, unknown>, privateKey?: string): string;
  /** Mints a token of the installation on `acme`. */
  token(request?: object): Promise<string>;
  /** Sends a REST request; `path` is below `/api/v3`. Redirects are not followed. */
  send(method: string, path: string, options?: SendOptions): Promise<ApiAnswer>;
}

export interface SendOptions {
  /** Whole value of the Authorization header; undefined: none. */
  authorization?: string | undefined;
  body?: unknown;
  headers?: Record<string, string>;
}

export function createSandboxClient(sandbox: Sandbox, now: () => number = Date.now): SandboxClient {
  const now_s = (): number => Math.floor(now() / 1000);

  function appJwt(claims: Record<string, unknown> = {}, privateKey = sandbox.secrets.private_key): string {
    const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
    const payload = { iat: now_s() - 60, exp: now_s() + 540, iss: sandbox.secrets.app_id, ...claims };
    const content = `${encode({ alg: "RS256", typ: "JWT" })}.${encode(payload)}`;
    return `${content}.${createSign("RSA-SHA256").update(content).sign(privateKey, "base64url")}`;
  }

  async function send(method: string, path: string, options: SendOptions = {}): Promise<ApiAnswer> {
    const { authorization, body, headers = {} } = options;
    const response = await fetch(sandbox.apiUrl + path, {
      method,
      redirect: "manual",
      headers: { ...headers, ...(authorization === undefined ? {} : { authorization }) },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === "" ? undefined : JSON.parse(text),
    };
  }

  async function token(request: object = {}): Promise<string> {
    const id = sandbox.installation("acme")?.id;
    const path = `/app/installations/${id}/access_tokens`;
    const answer = await send("POST", path, { authorization: `Bearer ${appJwt()}`, body: request });
    if (answer.status !== 201) throw new Error(`No token: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body.token;
  }

  return { appJwt, token, send };
}
