import type { ChangedFile } from "../git/read-changes.ts";
import type { Commit, Signature } from "../git/read-commits.ts";
import { nodeId, type Site } from "../site.ts";
import { accountById, fullName } from "../state/lookup.ts";
import type { AccountRecord, RepositoryRecord, State } from "../state/model.ts";
import { type Schemas, userAnswer } from "./account.ts";

export function commitAnswer(
  site: Site,
  state: State,
  repository: RepositoryRecord,
  commit: Commit,
): Schemas["commit"] {
  const name = fullName(state, repository);
  const api = `${site.apiUrl}/repos/${name}`;
  const url = `${api}/commits/${commit.oid}`;
  return {
    sha: commit.oid,
    node_id: nodeId("Commit", commit.oid),
    url,
    html_url: `${site.url}/${name}/commit/${commit.oid}`,
    comments_url: `${url}/comments`,
    commit: {
      url: `${api}/git/commits/${commit.oid}`,
      author: commit.author,
      committer: commit.committer,
      message: commit.message,
      comment_count: 0,
      tree: { sha: commit.tree, url: `${api}/git/trees/${commit.tree}` },
      verification: {
        verified: false,
        reason: "unsigned",
        payload: null,
        signature: null,
        verified_at: null,
      },
    },
    author: accountOrNull(site, state, commit.author),
    committer: accountOrNull(site, state, commit.committer),
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${api}/commits/${sha}`,
      html_url: `${site.url}/${name}/commit/${sha}`,
    })),
  };
}

export function fileAnswer(
  site: Site,
  state: State,
  repository: RepositoryRecord,
  commit: string,
  file: ChangedFile,
): Schemas["diff-entry"] {
  const name = fullName(state, repository);
  const path = encodePath(file.path);
  return {
    sha: file.oid,
    filename: file.path,
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    blob_url: `${site.url}/${name}/blob/${commit}/${path}`,
    raw_url: `${site.url}/${name}/blob/${commit}/${path}?raw=true`,
    contents_url: `${site.apiUrl}/repos/${name}/contents/${path}?ref=${commit}`,
    ...(file.patch === undefined ? {} : { patch: file.patch }),
  };
}

/** Encodes each segment, keeping the slashes. */
export const encodePath = (path: string): string => path.split("/").map(encodeURIComponent).join("/");

/** GitHub knows an author by the e-mail address, of which the no-reply form starts with the account's id. */
export function accountOfEmail(state: State, email: string): AccountRecord | undefined {
  const [, id] = /^(\d+)\+.+@users\.noreply\./.exec(email) ?? [];
  return state.accounts.find((account) => account.id === Number(id));
}

export const emailOf = (site: Site, account: AccountRecord): string =>
  `${account.id}+${account.login}@users.noreply.${new URL(site.url).hostname}`;

function accountOrNull(site: Site, state: State, who: Signature): Schemas["simple-user"] | null {
  const account = accountOfEmail(state, who.email);
  return account ? userAnswer(site, accountById(state, account.id)) : null;
}
