import type { GitHttp } from "../git-http.ts";
import { readPkts } from "./pkt-line.ts";

/** The server can't be asked for single objects; another transport has to take over. */
export class NotCapable extends Error {
  constructor(host: string, what: string) {
    super(`${host} offers no ${what}`);
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
  });
  const lines = [...readPkts(body)].flatMap((each) =>
    each.kind === "data" ? [each.data.toString("utf8").trimEnd()] : [],
  );
  if (!lines.includes("version 2")) throw new NotCapable(host, "protocol v2");
  const fetch = lines.find((line) => line.startsWith("fetch="))?.slice("fetch=".length) ?? "";
  if (!fetch.split(" ").includes("filter")) throw new NotCapable(host, "filters for a fetch");
}
