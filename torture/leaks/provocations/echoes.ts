import { setTimeout as delay } from "node:timers/promises";
import type { FaultKind } from "../../../sandbox/faults/faults.ts";
import { createScenario } from "../../../test/support/scenario.ts";
import type { LeakWorld } from "../leak-world.ts";
import type { Provocation } from "./provocation.ts";

/** Where a token is sent to, as a pattern of the repository's own paths. */
const ROUTES: Record<string, { method: string; path: (repository: string) => string }> = {
  "a pull request is opened": { method: "POST", path: (repository) => `/api/v3/repos/${repository}/pulls` },
  "a pull request is read": { method: "GET", path: (repository) => `/api/v3/repos/${repository}/pulls/*` },
  "a comment is written": {
    method: "POST",
    path: (repository) => `/api/v3/repos/${repository}/issues/*/comments`,
  },
  "a check is made": { method: "POST", path: (repository) => `/api/v3/repos/${repository}/check-runs` },
  "a commenter's access is asked for": {
    method: "GET",
    path: (repository) => `/api/v3/repos/${repository}/collaborators/*`,
  },
  "refs are listed": { method: "GET", path: (repository) => `/${repository}*/info/refs` },
  "objects are fetched": { method: "POST", path: (repository) => `/${repository}*/git-upload-pack` },
  "a branch is pushed": { method: "POST", path: (repository) => `/${repository}*/git-receive-pack` },
};

/** How a server that repeats what it was sent answers. A 5xx is tried again, so once is enough of those. */
const ANSWERS: Record<string, (echo: string) => { times: number; fault: FaultKind }> = {
  "a 422": (echo) => answer(422, {}, { message: echo, errors: [{ message: echo }, echo] }),
  "a 403": (echo) => answer(403, {}, { message: echo }),
  "a 403 in plain text": (echo) => answer(403, { "content-type": "text/plain" }, echo),
  "a 401": (echo) => answer(401, { "www-authenticate": `Basic realm="${flat(echo)}"` }, { message: echo }),
  "a page with a 502": (echo) =>
    answer(502, { "content-type": "text/html" }, `<h1>Unicorn</h1><pre>${echo}</pre>`, 1),
  "a redirect": (echo) =>
    answer(302, { location: `https://elsewhere.acme.example/?${encodeURIComponent(echo)}` }, ""),
  "what is not git's protocol": (echo) => answer(200, { "content-type": `text/${flat(echo)}` }, echo),
  "an error of git's protocol": (echo) => {
    const type = "application/x-git-upload-pack-result";
    const line = `ERR ${echo}`;
    return answer(200, { "content-type": type }, `${(line.length + 4).toString(16).padStart(4, "0")}${line}`);
  },
};

const EVERY_TIME = 10;
const GIVEN_TIMEOUT_MS = 15_000;
const GIVEN_POLL_MS = 100;
const answer = (
  status: number,
  headers: Record<string, string>,
  body: string | object,
  times = EVERY_TIME,
): { times: number; fault: FaultKind } => ({ times, fault: { kind: "answer", status, headers, body } });

const flat = (text: string): string => text.replace(/[^\x20-\x7e]/g, " ");

/** What a server may say of a request it does not like, with the credentials that came with it. */
export const echoOf = (token: string): string =>
  [
    `Bad credentials: ${token}`,
    `authorization: token ${token}`,
    JSON.stringify({ headers: { Authorization: [`Bearer ${token}`] } }),
    `Authorization: Basic ${Buffer.from(`x-access-token:${token}`).toString("base64")}`,
    `no such user: ${Buffer.from(`x-access-token:${token}`).toString("base64")}`,
    `https://x-access-token:${token}@github.acme.example/acme/search-config.git`,
  ].join("\n");

/** Every token GitHub gives out for a repository comes back in the answers to what was sent with it. */
export const echoes: Provocation[] = Object.entries(ROUTES).flatMap(([step, { method, path }]) =>
  Object.entries(ANSWERS).map(([kind, answerWith]) => ({
    name: `when ${step}, ${kind} that repeats the token`,
    run: async (world: LeakWorld) => {
      const { api, sandbox, minted } = world;
      const scenario = await createScenario(world);
      const { full_name } = scenario.repository;
      const added: string[] = [];
      const stop = minted.onToken(scenario.installationId, (token) => {
        added.push(sandbox.faults.add({ method, path: path(full_name), ...answerWith(echoOf(token)) }));
      });
      try {
        const { proposalId } = await scenario.fromStudy();
        const { pr_number } = await api.open(proposalId);
        if (pr_number !== null) {
          // The jobs that come after a pull request was opened.
          await sandbox.commentOnPull(full_name, pr_number, { body: "/relyloop refresh" });
        }
        await wasGiven(sandbox, added);
      } finally {
        stop();
      }
    },
  })),
);

/** @throws when no request came for the answer */
const wasGiven = async ({ faults }: LeakWorld["sandbox"], wanted: readonly string[]): Promise<void> => {
  const deadline_ms = performance.now() + GIVEN_TIMEOUT_MS;
  while (!faults.list().some(({ id, applied }) => wanted.includes(id) && applied > 0)) {
    if (performance.now() > deadline_ms) throw new Error("nobody asked for it");
    await delay(GIVEN_POLL_MS);
  }
};
