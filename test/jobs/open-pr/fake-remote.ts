import type { NewCommit, Oid, PushOutcome } from "../../../src/git/transport.ts";
import type { EnsureComment } from "../../../src/github/comments.ts";
import type { Pull } from "../../../src/github/pull.ts";
import type { NewPull } from "../../../src/github/pull-requests.ts";
import type { AccessOptions, ConfigRepoAccess } from "../../../src/jobs/config-repo-access.ts";

export const BASE: Oid = "a".repeat(40);
export const HEAD: Oid = "b".repeat(40);
const BOT = "relyloop[bot]";

export interface FakeRemote {
  /** What was asked of it, in order; writes among it are preceded by `beforeWrite`. */
  asked: string[];
  /** Tips by branch. */
  tips: Map<string, Oid>;
  pulls: Pull[];
  built: { base: Oid; commits: NewCommit[] }[];
  /** What was read, and what else of its folders had to come along. */
  read: { commit: Oid; path: string; also: readonly string[] }[];
  created: NewPull[];
  comments: EnsureComment[];
  opened: AccessOptions[];
  open(options: AccessOptions): ConfigRepoAccess;
}

export interface FakeRemoteOptions {
  /** The params file's text. */
  file?: string;
  /** What is thrown in place of an answer. */
  fails?: { tips?: Error; push?: Error; comment?: Error };
}

/** A repository on GitHub that keeps what is written to it, and answers at once. */
export const createFakeRemote = ({
  file = '{"boost": 1.50}\n',
  fails = {},
}: FakeRemoteOptions = {}): FakeRemote => {
  const remote: Omit<FakeRemote, "open"> = {
    asked: [],
    tips: new Map([["main", BASE]]),
    pulls: [],
    built: [],
    read: [],
    created: [],
    comments: [],
    opened: [],
  };
  const { asked, tips } = remote;
  const tipOf = (branch: string) => tips.get(branch) ?? null;
  return {
    ...remote,
    open: ({ beforeWrite, ...rest }) => {
      remote.opened.push({ beforeWrite, ...rest });
      const written = async (what: string) => {
        await beforeWrite();
        asked.push(what);
      };
      const { github_repo_id } = rest.configRepo;
      const access = {
        git: {
          tips: async (of: string, branch: string) => {
            asked.push("tips");
            if (fails.tips !== undefined) throw fails.tips;
            return { base: tipOf(of), branch: tipOf(branch) };
          },
          readFile: async (commit: Oid, path: string, also: readonly string[] = []) => {
            remote.read.push({ commit, path, also });
            return { kind: "file", bytes: new TextEncoder().encode(file) };
          },
          build: async (on: Oid, commits: NewCommit[]) => {
            remote.built.push({ base: on, commits });
            return { base: on, commits: [HEAD], head: HEAD };
          },
          createBranch: async (branch: string): Promise<PushOutcome> => {
            await written(`push ${branch}`);
            if (fails.push !== undefined) throw fails.push;
            tips.set(branch, HEAD);
            return { kind: "created" };
          },
        },
        pulls: {
          findPulls: async () => {
            asked.push("find pulls");
            return remote.pulls;
          },
          createPull: async (pull: NewPull) => {
            await written(`open ${pull.head}`);
            remote.created.push(pull);
            return {
              kind: "created",
              pull: aPull({ head_ref: pull.head, base_ref: pull.base, head_repo_id: github_repo_id }),
            };
          },
        },
        comments: {
          ensureComment: async (comment: EnsureComment) => {
            await written(`comment on ${comment.issue}`);
            remote.comments.push(comment);
            if (fails.comment !== undefined) throw fails.comment;
          },
        },
        ready: async () => void asked.push("token"),
        botLogin: async () => BOT,
        commitIdentity: async () => ({ name: BOT, email: "1+relyloop[bot]@users.noreply.github.com" }),
        close: async () => void asked.push("close"),
      };
      return access as unknown as ConfigRepoAccess;
    },
  };
};

export const aPull = (changes: Partial<Pull> = {}): Pull => ({
  number: 7,
  html_url: "https://github.com/acme/configs/pull/7",
  state: "open",
  merged_at: null,
  head_sha: HEAD,
  head_ref: "relyloop/x",
  head_repo_id: 42,
  base_ref: "main",
  base_repo_id: 42,
  author_login: BOT,
  updated_at: "2026-11-22T12:00:00Z",
  draft: false,
  ...changes,
});
