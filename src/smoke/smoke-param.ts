import type { ConfigRepoAccess } from "../jobs/config-repo-access.ts";
import { configPathProblem, TEMPLATE_NAME_PATTERN } from "../proposals/config-path.ts";
import { toJson } from "../proposals/params-file/json-tree.ts";
import { readParams } from "../proposals/params-file/read-params.ts";

const SUFFIX = ".params.json";
/** Files looked into before it is said that none will do. */
const FILES_TRIED_MAX = 20;

/** A number at the top level of a params file, to be changed by the throw-away proposal. */
export interface SmokeParam {
  /** Of the file, from the repository's root. */
  path: string;
  configPath: string | null;
  templateName: string;
  param: string;
  from: number;
  to: number;
}

interface Look {
  owner: string;
  repo: string;
  branch: string;
  /** Only this file; null: the first one that will do. */
  path: string | null;
}

/** @throws Error saying what to add to the repository when there is no such file */
export const findSmokeParam = async (
  access: Pick<ConfigRepoAccess, "client" | "git">,
  { owner, repo, branch, path }: Look,
): Promise<SmokeParam> => {
  const { base } = await access.git.tips(branch, branch);
  if (base === null) throw new Error(`${owner}/${repo} has no branch ${branch}: set its pr_base_branch.`);
  const paths = path === null ? await listParamsFiles(access, { owner, repo, commit: base }) : [path];
  for (const candidate of paths.slice(0, FILES_TRIED_MAX)) {
    const file = await access.git.readFile(base, candidate);
    const found = file.kind === "file" ? numberIn(candidate, file.bytes) : null;
    if (found !== null) return found;
  }
  throw new Error(
    `No params file of ${owner}/${repo} will do. Commit one to ${branch}, such as ${path ?? `smoke/smoke${SUFFIX}`} with {"title_boost": 1}, or name another with --path.`,
  );
};

/** GitHub cuts a very long list off: https://docs.github.com/rest/git/trees#get-a-tree; then --path helps. */
const listParamsFiles = async (
  { client }: Pick<ConfigRepoAccess, "client">,
  { owner, repo, commit }: { owner: string; repo: string; commit: string },
): Promise<string[]> => {
  const { data } = await client.request("GET /repos/{owner}/{repo}/git/trees/{tree_sha}", {
    owner,
    repo,
    tree_sha: commit,
    recursive: "1",
  });
  return data.tree.flatMap(({ type, path }) =>
    type === "blob" && path?.endsWith(SUFFIX) && placeOf(path) !== null ? [path] : [],
  );
};

const placeOf = (path: string): { configPath: string | null; templateName: string } | null => {
  const cut = path.lastIndexOf("/");
  const configPath = cut === -1 ? null : path.slice(0, cut);
  const templateName = path.slice(cut + 1, -SUFFIX.length);
  if (!path.endsWith(SUFFIX) || !TEMPLATE_NAME_PATTERN.test(templateName)) return null;
  return configPath !== null && configPathProblem(configPath) !== undefined
    ? null
    : { configPath, templateName };
};

const numberIn = (path: string, bytes: Uint8Array): SmokeParam | null => {
  const place = placeOf(path);
  const read = readParams(bytes);
  if (place === null || read.kind !== "read") return null;
  for (const [param, from] of Object.entries(toJson(read.root) as Record<string, unknown>)) {
    if (typeof from === "number" && Number.isSafeInteger(Math.trunc(from))) {
      return { path, ...place, param, from, to: from + 1 };
    }
  }
  return null;
};
