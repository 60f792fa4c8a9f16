/** `POST /repos/{repository}/pulls`: what a request to GitHub asks, without the names and ids that differ from run to run. */
export const requestName = (method: string, target: string): string => {
  const [path = "", query = ""] = target.split("?");
  const service = /\bservice=([a-z-]+)/.exec(query)?.[1];
  const named = path
    .replace(/^\/api\/v3/, "")
    .replace(/^\/repos\/[^/]+\/[^/]+/, "/repos/{repository}")
    .replace(/^\/[^/]+\/[^/]+\.git(?=\/)/, "{repository}.git")
    .split("/")
    .map((part) => (VARIES.test(part) ? "{}" : part))
    .join("/");
  return `${method} ${named}${service === undefined ? "" : `?service=${service}`}`;
};

/** Numbers, object ids, ids of ours in branch names, and logins of bots. */
const VARIES = /^\d+$|^[0-9a-f]{40}$|[0-9a-f]{8}-[0-9a-f]{4}-|\[bot\]|%5Bbot%5D/;

/** Whether a request of this name changes something on GitHub that people see. */
export const isWrite = (name: string): boolean =>
  !name.startsWith("GET ") && !/\/(git-upload-pack|access_tokens)$/.test(name);
