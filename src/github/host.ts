/** A GitHub: github.com, an Enterprise host, or the sandbox. Addresses end without a slash. */
export interface GithubHost {
  /** Where people and git go, such as `https://github.com`. */
  webUrl: string;
  /** Base of the REST API, such as `https://api.github.com` or `<webUrl>/api/v3`. */
  apiUrl: string;
  /** Host of `users.noreply.<host>` addresses. */
  noreplyHost: string;
}

export interface RepositoryName {
  owner: string;
  repo: string;
}

const URL_LENGTH_MAX = 2_048;

/** GitHub's own alphabets; logins of managed users also hold one underscore. */
const OWNER = "[A-Za-z0-9][A-Za-z0-9_-]{0,99}";
const REPO = "[A-Za-z0-9._-]{1,104}";
const OWNER_AND_REPO = new RegExp(`^(${OWNER})/(${REPO})/?$`);

export const createGithubHost = ({ webUrl, apiUrl }: { webUrl: string; apiUrl: string }): GithubHost => ({
  webUrl,
  apiUrl,
  noreplyHost: new URL(webUrl).hostname,
});

/**
 * Reads the address of a repository on this host: HTTPS (`<webUrl>/owner/repo`, with or without `.git` and a final
 * slash) or SSH (`git@host:owner/repo.git`, `ssh://git@host/owner/repo.git`).
 *
 * The text itself is matched, not a parsed URL: a URL parser forgives what must be refused here (credentials,
 * dot segments, backslashes, a query, white space).
 *
 * @returns null for anything else.
 */
export const parseRepoUrl = (host: GithubHost, url: string): RepositoryName | null => {
  if (url.length > URL_LENGTH_MAX) return null;
  const hostname = new URL(host.webUrl).hostname;
  for (const prefix of [`${host.webUrl}/`, `git@${hostname}:`, `ssh://git@${hostname}/`]) {
    // Scheme and host mean the same in any case (RFC 3986, 6.2.2.1).
    if (url.slice(0, prefix.length).toLowerCase() === prefix.toLowerCase()) {
      return parseOwnerAndRepo(url.slice(prefix.length));
    }
  }
  return null;
};

const parseOwnerAndRepo = (path: string): RepositoryName | null => {
  const [, owner, name] = OWNER_AND_REPO.exec(path) ?? [];
  if (owner === undefined || name === undefined) return null;
  const repo = name.endsWith(".git") ? name.slice(0, -".git".length) : name;
  return repo === "" || repo === "." || repo === ".." ? null : { owner, repo };
};

/** The address git speaks to, without credentials. */
export const gitUrl = (host: GithubHost, { owner, repo }: RepositoryName): string =>
  `${host.webUrl}/${owner}/${repo}.git`;
