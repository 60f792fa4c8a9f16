import type { GitHttp } from "../git-http.ts";
import { GitError } from "../transport.ts";
import { readPkts } from "./pkt-line.ts";

/** The server can't be asked for single objects; another transport has to take over. */
export class NotCapable extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = "NotCapable";
  }
}

const ANSWER_BYTES_MAX = 1024 * 1024;

/**
 * Asks what the server speaks (gitprotocol-v2(5), "Capability Advertisement"). Needed are protocol v2, and `filter` for
 * `fetch`. An old server answers in its own protocol, with all refs, which is why the answer is capped.
 * @throws NotCapable
 * @throws GitError `unsupported` for a repository of SHA-256 ids
 */
export async function discover(http: GitHttp, url: string): Promise<void> {
  const { host } = new URL(url);
  const { body } = await http({
    url: `${url}/info/refs?service=git-upload-pack`,
    method: "GET",
    headers: { "git-protocol": "version=2" },
    answer_bytes_max: ANSWER_BYTES_MAX,
  }).catch((error: unknown) => {
    // Protocol v2 tells its capabilities here, and no refs: a few lines.
    if (error instanceof GitError && error.kind === "too_large") throw lacks(host, "protocol v2");
    throw error;
  });
  const lines = [...readPkts(body)].flatMap((each) =>
    each.kind === "data" ? [each.data.toString("utf8").trimEnd()] : [],
  );
  if (!lines.includes("version 2")) throw lacks(host, "protocol v2");
  const fetch = lines.find((line) => line.startsWith("fetch="))?.slice("fetch=".length) ?? "";
  if (!fetch.split(" ").includes("filter")) throw lacks(host, "filters for a fetch");
}

const lacks = (host: string, what: string) => new NotCapable(`${host} offers no ${what}`);
