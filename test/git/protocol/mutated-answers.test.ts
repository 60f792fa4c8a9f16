import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { GitHttp } from "../../../src/git/git-http.ts";
import { createGitHttp } from "../../../src/git/git-http.ts";
import { ZERO_OID } from "../../../src/git/oid.ts";
import { discover, NotCapable } from "../../../src/git/protocol/discovery.ts";
import { fetchObjects } from "../../../src/git/protocol/fetch-objects.ts";
import { lsRefs } from "../../../src/git/protocol/ls-refs.ts";
import { receivePack } from "../../../src/git/protocol/receive-pack.ts";
import { GitError } from "../../../src/git/transport.ts";
import { type GitServer, startGitServer } from "../../support/git-server.ts";
import { mutate, mutations } from "../mutations.ts";

const RUNS = 1_500;
const BRANCH = "refs/heads/main";

let server: GitServer;
/** Each kind of request with the real server's answer to it. */
const asked: { name: string; run: (http: GitHttp) => Promise<unknown>; body: Buffer }[] = [];

beforeAll(async () => {
  server = await startGitServer();
  const files: Record<string, string> = {};
  for (let index = 0; index < 30; index++)
    files[`folder-${index % 3}/file-${index}.json`] = `{"n": ${index}}`;
  const repository = await server.createRepository({ files });
  const tip = await repository.git("rev-parse", "main");
  const real = createGitHttp({
    authorization: async () => "Basic eDp5",
    signal: AbortSignal.timeout(60_000),
  });
  const { url } = repository;
  const change = { ref: BRANCH, from: tip, to: ZERO_OID, pack: null };
  const requests = {
    discovery: (http: GitHttp) => discover(http, url),
    "ls-refs": (http: GitHttp) => lsRefs(http, url, [BRANCH]),
    fetch: (http: GitHttp) =>
      fetchObjects(http, url, { wants: [tip], filter: "blob:none", shallow: true, answer_bytes_max: 1e6 }),
    // Refused: nobody deletes the branch HEAD is at.
    "receive-pack": (http: GitHttp) => receivePack(http, url, change),
  };
  for (const [name, run] of Object.entries(requests)) {
    await run(async (request) => {
      const answer = await real(request);
      asked.push({ name, run, body: answer.body });
      return answer;
    });
  }
});
afterAll(() => server.close());

describe("an answer that was changed on the way", () => {
  it.each(["discovery", "ls-refs", "fetch", "receive-pack"])(
    "leads to a result or to an error with a name: %s",
    async (name) => {
      const exchange = asked.find((each) => each.name === name);
      if (exchange === undefined) throw new Error(`the server was not asked for ${name}`);
      const seen = { results: 0, errors: 0 };
      const changed = fc.asyncProperty(mutations, async (changes) => {
        const body = mutate(exchange.body, changes);
        const http: GitHttp = async ({ url }) => ({ url, statusText: "OK", headers: new Headers(), body });
        try {
          await exchange.run(http);
          seen.results++;
        } catch (error) {
          seen.errors++;
          expect(error instanceof GitError || error instanceof NotCapable, String(error)).toBe(true);
        }
      });
      await fc.assert(changed, { numRuns: RUNS });
      expect(seen.errors).toBeGreaterThan(0);
    },
  );
});
