import type { Running } from "./processes.ts";

const REQUEST_TIMEOUT_MS = 60_000;

/** The internal API, as a UI uses it. */
export interface BenchApi {
  send(method: string, path: string, body?: object): Promise<{ status: number; body: unknown }>;
  /** @throws with what it answers when it refuses */
  post<T>(path: string, body?: object): Promise<T>;
}

export const createBenchApi = ({ host, port }: Running, token: string): BenchApi => {
  const send: BenchApi["send"] = async (method, path, body) => {
    const response = await fetch(`http://${host}:${port}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body && { "content-type": "application/json" }),
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    return { status: response.status, body: await response.json() };
  };
  return {
    send,
    post: async <T>(path: string, body?: object) => {
      const answer = await send("POST", path, body);
      if (answer.status >= 400) {
        throw new Error(`POST ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
      }
      return answer.body as T;
    },
  };
};
