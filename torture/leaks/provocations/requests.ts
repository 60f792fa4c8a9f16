import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import type { LeakWorld } from "../leak-world.ts";
import { createPastedScenario } from "./pasted-scenario.ts";
import type { Provocation } from "./provocation.ts";

interface Asked {
  status: number;
  method?: string;
  path: string;
  headers?: Record<string, string>;
  body?: string;
}

const ANSWER_TIMEOUT_MS = 10_000;
const TOO_LARGE_BYTES = 1e9;

/** Requests with secrets where they do not belong, and how each is answered. */
const askedOf = ({ canaries, sandbox }: Pick<LeakWorld, "canaries" | "sandbox">): Record<string, Asked> => {
  const { apiToken, readerToken } = canaries;
  const { text: paste, token: pastedToken, apiToken: spareToken } = canaries.paste;
  const own = { authorization: `Bearer ${apiToken}` };
  const json = { ...own, "content-type": "application/json" };
  const post = (
    path: string,
    status: number,
    body: string,
    headers: Record<string, string> = json,
  ): Asked => ({
    method: "POST",
    path,
    status,
    headers,
    body,
  });
  const inQuery = new URLSearchParams({ token: apiToken, private: paste });
  return {
    "a token in the address": { path: `/api/v1/proposals?${inQuery}`, status: 401 },
    "a token in the address, beside the header": {
      path: `/api/v1/proposals?${inQuery}`,
      headers: own,
      status: 422,
    },
    "a token as an id": { path: `/api/v1/proposals/${apiToken}`, headers: own, status: 404 },
    "a token as a route": {
      path: `/api/v1/${apiToken}/${encodeURIComponent(pastedToken)}`,
      headers: own,
      status: 404,
    },
    "a wrong token": {
      path: "/api/v1/proposals",
      headers: { authorization: `Bearer ${pastedToken}` },
      status: 401,
    },
    "a token without its scheme": {
      path: "/api/v1/proposals",
      headers: { authorization: apiToken },
      status: 401,
    },
    "a scope that is missing": post("/api/v1/clusters", 403, "{}", {
      ...json,
      authorization: `Bearer ${readerToken}`,
    }),
    "a token as a cursor": { path: `/api/v1/proposals?cursor=${spareToken}`, headers: own, status: 422 },
    "a body that is no JSON": post("/api/v1/clusters", 400, `{"name": "${apiToken}", ${paste}`),
    "a body with a member named by a secret": post(
      "/api/v1/clusters",
      422,
      JSON.stringify({ [paste]: paste, [apiToken]: 1 }),
    ),
    "a body with values of the wrong kind": post(
      "/api/v1/clusters",
      422,
      JSON.stringify({ name: [paste], engine_type: paste }),
    ),
    "a body of another type": post("/api/v1/clusters", 415, paste, { ...json, "content-type": "text/plain" }),
    "a token for auth_ref": post(
      "/api/v1/config-repos",
      400,
      JSON.stringify({ name: "x", repo_url: `${sandbox.url}/acme/x`, auth_ref: pastedToken }),
    ),
    "credentials in repo_url": post(
      "/api/v1/config-repos",
      400,
      JSON.stringify({
        name: "x",
        repo_url: `http://relyloop:${pastedToken}@${sandbox.host}/acme/x`,
        auth_ref: "1",
      }),
    ),
    "an unsigned delivery": post("/api/github/webhooks", 401, JSON.stringify({ action: paste })),
    "a delivery signed with the secret itself": post(
      "/api/github/webhooks",
      401,
      JSON.stringify({ action: paste }),
      {
        ...json,
        "x-hub-signature-256": `sha256=${canaries.webhookSecret}`,
        "x-github-event": pastedToken,
        "x-github-delivery": randomUUID(),
      },
    ),
    "the setup page with a secret for its state": {
      path: `/setup?installation_id=1&state=${pastedToken}`,
      status: 200,
    },
    "the API's description": { path: "/api/openapi.json", status: 200 },
    "the API's documents": { path: "/api/docs/", status: 200 },
    "the metrics": { path: "/metrics", headers: own, status: 200 },
    "whether it is alive": { path: "/healthz", status: 200 },
    "whether it is ready": { path: "/readyz", status: 200 },
  };
};

export const requests: Provocation[] = [
  {
    name: "requests with secrets where they do not belong",
    run: async (world) => {
      for (const [what, { method = "GET", path, headers = {}, body, status }] of Object.entries(
        askedOf(world),
      )) {
        const response = await fetch(`${world.webUrl}${path}`, {
          method,
          headers,
          ...(body !== undefined && { body }),
          signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
        });
        const text = await response.text();
        if (response.status !== status) throw new Error(`${what}: ${response.status} ${text.slice(0, 80)}`);
      }
    },
  },
  {
    name: "what no client sends, with secrets in it",
    run: async ({
      webUrl,
      workerUrl,
      canaries: {
        apiToken,
        paste: { text: paste },
      },
    }) => {
      const authorization = `Authorization: Bearer ${apiToken}\r\n`;
      for (const url of [webUrl, workerUrl]) {
        await sendRaw(url, `GET / HTTP/1.1\r\nHost: x\r\n${authorization}Broken header ${paste}\r\n\r\n`);
        await sendRaw(url, `GET /${apiToken} NOT/9.9\r\n${authorization}\r\n`);
        await sendRaw(
          url,
          `GET / HTTP/1.1\r\nHost: x\r\n${authorization}X-Large: ${paste.repeat(20)}\r\n\r\n`,
        );
        const tooMuch = `Content-Type: application/json\r\nContent-Length: ${TOO_LARGE_BYTES}\r\n`;
        await sendRaw(
          url,
          `POST /api/v1/clusters HTTP/1.1\r\nHost: x\r\n${authorization}${tooMuch}\r\n"${paste}`,
        );
        await sendRaw(
          url,
          `POST /%zz${apiToken} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${authorization}\r\n`,
        );
      }
    },
  },
  {
    name: "the worker's own pages",
    run: async ({ workerUrl, canaries: { apiToken } }) => {
      for (const path of ["/healthz", "/readyz", "/metrics", `/${apiToken}`]) {
        const headers = { authorization: `Bearer ${apiToken}` };
        await (
          await fetch(`${workerUrl}${path}`, { headers, signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) })
        ).text();
      }
    },
  },
  {
    name: "lists and the feed of events, read to their ends",
    run: async (world) => {
      const { api, webUrl, canaries } = world;
      await (await createPastedScenario(world)).fromStudy();
      for (const list of ["proposals", "studies", "clusters", "query-templates", "config-repos", "events"])
        await api.request("GET", `/${list}?limit=200`);
      const following = new AbortController();
      const headers = { authorization: `Bearer ${canaries.apiToken}`, accept: "text/event-stream" };
      const signal = AbortSignal.any([following.signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]);
      const feed = await fetch(`${webUrl}/api/v1/events?after=0`, { headers, signal });
      for await (const _ of feed.body ?? []) break;
      following.abort();
    },
  },
];

/** Sends what no client would, and reads what comes back to its end. */
const sendRaw = async (url: string, text: string): Promise<void> => {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on("error", () => undefined);
  socket.resume().write(text);
  const timer = setTimeout(() => socket.destroy(), ANSWER_TIMEOUT_MS);
  await once(socket, "close");
  clearTimeout(timer);
};
