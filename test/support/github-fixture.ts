import { generateKeyPairSync } from "node:crypto";
import nock from "nock";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import type { Fetch } from "../../src/github/bounded-fetch.ts";
import { createGithubClient, type RepositoryOptions } from "../../src/github/client.ts";
import { createGithubHost } from "../../src/github/host.ts";
import { createWritePacing } from "../../src/github/write-pacing.ts";
import { createRedactor } from "../../src/redact.ts";
import { createFakeClock, type FakeClock } from "./fake-clock.ts";

// It takes over fetch and node:http as it is loaded, for all files of this process: only those that use it shall have it,
// since what it takes over keeps every body in memory, also one without an end.
nock.restore();

export const API = "https://api.github.com";
export const host = createGithubHost({ webUrl: "https://github.com", apiUrl: API });
export const TOKEN = `ghs_${"t0k3n".repeat(8)}`;
export const BOT = "relyloop[bot]";
export const REPO_ID = 42;
export const HEAD_SHA = "a".repeat(40);

export const { privateKey: PRIVATE_KEY } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs1", format: "pem" },
});

/**
 * Fails a test that sends a request nobody expected, and one that leaves an expected one unsent. Nock answers what it
 * does not know with 501, which the client under test would take for an outage, so such requests are noted here.
 */
export const useNock = () => {
  let unexpected: string[] = [];
  const note = (request: { method?: string; url?: string; path?: string }) => {
    unexpected.push(`${request.method} ${request.url ?? request.path}`);
  };
  beforeAll(() => nock.activate());
  afterAll(() => nock.restore());
  beforeEach(() => {
    unexpected = [];
    nock.disableNetConnect();
    nock.emitter.on("no match", note);
  });
  afterEach(() => {
    const unsent = nock.pendingMocks();
    nock.emitter.off("no match", note);
    nock.abortPendingRequests();
    nock.cleanAll();
    nock.enableNetConnect();
    expect({ unexpected, unsent }).toEqual({ unexpected: [], unsent: [] });
  });
};

export const silentLog = { info: () => {}, warn: () => {} };

/** No jitter, so that waits are the named ones. */
export const policyDeps = (clock: FakeClock) => ({
  host,
  clock,
  random: () => 0,
  log: silentLog,
  redact: createRedactor([]),
});

/** Everything a repository client needs, with a record of what it did besides sending requests. */
export const createClientFixture = (overrides: Partial<RepositoryOptions> & { fetch?: Fetch } = {}) => {
  const { fetch, ...options } = overrides;
  const clock = createFakeClock();
  const responses: object[] = [];
  const renewals: string[] = [];
  const github = createGithubClient({
    ...policyDeps(clock),
    pacing: createWritePacing({ clock }),
    onResponse: (response) => responses.push(response),
    requestTimeout_ms: 5_000,
    ...(fetch === undefined ? {} : { fetch }),
  });
  const abort = new AbortController();
  const client = github.forRepository({
    owner: "acme",
    repo: "search-config",
    installationId: 7,
    tokens: { token: async () => TOKEN, renew: async () => void renewals.push("renewed") },
    signal: abort.signal,
    beforeWrite: async () => {},
    ...options,
  });
  return { clock, github, client, responses, renewals, abort };
};

/** A pull request as GitHub's API answers it, as far as it is read; ours unless told otherwise. */
export const aPull = (
  changes: {
    number?: number;
    state?: string;
    login?: string | null;
    sha?: string;
    ref?: string;
    base?: string;
  } = {},
) => ({
  number: changes.number ?? 12,
  html_url: `https://github.com/acme/search-config/pull/${changes.number ?? 12}`,
  state: changes.state ?? "open",
  merged_at: null,
  head: { sha: changes.sha ?? HEAD_SHA, ref: changes.ref ?? "relyloop/study-1", repo: { id: REPO_ID } },
  base: { ref: changes.base ?? "main", repo: { id: REPO_ID } },
  user: changes.login === null ? null : { login: changes.login ?? BOT },
  updated_at: "2026-11-22T12:00:00Z",
  draft: false,
});

/** An active installation as GitHub's API answers it, as far as it is read. */
export const anInstallation = () => ({
  id: 7,
  account: { id: 99, login: "acme", type: "Organization" },
  repository_selection: "selected",
  permissions: { contents: "write", pull_requests: "write", metadata: "read" },
  suspended_at: null,
});
