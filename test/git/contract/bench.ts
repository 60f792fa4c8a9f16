import { inspect } from "node:util";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import {
  type BuiltCommits,
  GitError,
  type GitTransport,
  type NewCommit,
  type OpenTransport,
  type TransportOptions,
} from "../../../src/git/transport.ts";
import type { GitRepository } from "../../support/git-repository.ts";
import { type GitServer, startGitServer } from "../../support/git-server.ts";

/** The shape of a real installation token; GitHub's secret scanning knows it for a made-up one. */
const TOKEN = "ghs_16C7e42F292c6912E7710c838347Ae178B4a";
export const AUTHORIZATION = `Basic ${Buffer.from(`x-access-token:${TOKEN}`).toString("base64")}`;

export const PARAMS_PATH = "clusters/products/product-search.params.json";
export const BRANCH = "relyloop/study-0190b5a2";
export const BOT = { name: "relyloop[bot]", email: "1234+relyloop[bot]@users.noreply.github.com" };

export interface Bench {
  server: GitServer;
  /** Opens the transport under test; it is closed after the test. */
  open(repository: { url: string }, options?: Partial<TransportOptions>): GitTransport;
  /** A repository with a params file and a few neighbours on `main`. */
  configRepository(): Promise<GitRepository & { url: string }>;
}

/** Gives one git server to the tests of a `describe`. */
export function useBench(open: OpenTransport): Bench {
  const opened: GitTransport[] = [];
  const bench: Partial<Bench> = {
    open: (repository, options) => {
      const transport = open({
        url: repository.url,
        authorization: async () => AUTHORIZATION,
        signal: new AbortController().signal,
        ...options,
      });
      opened.push(transport);
      return transport;
    },
    configRepository: () =>
      (bench as Bench).server.createRepository({
        files: {
          "README.md": "# Search configuration\n",
          [PARAMS_PATH]: '{\n  "boost": 1.5\n}\n',
          "clusters/products/other.params.json": "{}\n",
        },
      }),
  };
  beforeAll(async () => {
    bench.server = await startGitServer();
  });
  afterEach(async () => {
    bench.server?.intercept(undefined);
    await Promise.all(opened.splice(0).map((transport) => transport.close()));
  });
  afterAll(() => bench.server?.close());
  return bench as Bench;
}

/** What a study's proposal commits: the params file, then the chart. */
export function proposalCommits(): NewCommit[] {
  const date_s = 1_700_000_123;
  return [
    {
      message: "relevance: tune product-search params\n\nMetric 0.612 → 0.762 (+24.5%)\n",
      files: [{ path: PARAMS_PATH, bytes: Buffer.from('{\n  "boost": 2.5\n}\n') }],
      identity: BOT,
      date_s,
    },
    {
      message: "relevance: chart\n",
      files: [
        { path: ".relyloop/digest-charts/s1.png", bytes: Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 255]) },
      ],
      identity: BOT,
      date_s,
    },
  ];
}

/** Looks and builds, as a job does before it pushes. */
export async function lookAndBuild(transport: GitTransport): Promise<BuiltCommits> {
  const { base } = await transport.tips("main", BRANCH);
  if (base === null) throw new Error("the repository of the test has no main");
  return transport.build(base, proposalCommits());
}

/** The error of a call that has to fail, after a look for credentials in every part of it. */
export async function failureOf(call: Promise<unknown>): Promise<GitError> {
  const error: unknown = await call.then(
    (value) => expect.fail(`expected a GitError, got ${inspect(value)}`),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(GitError);
  const everything =
    inspect(error, { depth: 20, showHidden: true, maxStringLength: null }) + JSON.stringify(error);
  for (const secret of [TOKEN, AUTHORIZATION, AUTHORIZATION.split(" ")[1] ?? ""]) {
    expect(everything).not.toContain(secret);
  }
  return error as GitError;
}

/** Whether a request is the second half of a push, the one that changes something. */
export const isPush = (req: { method?: string; url?: string }): boolean =>
  req.method === "POST" && (req.url ?? "").endsWith("/git-receive-pack");
