import type { GitHttp } from "../git-http.ts";
import { cleanRemoteText } from "../remote-text.ts";
import { GitError, type Oid } from "../transport.ts";
import { FLUSH, pkt, readPkts } from "./pkt-line.ts";
import { readSideBand } from "./side-band.ts";

const HEADERS = {
  "content-type": "application/x-git-receive-pack-request",
  accept: "application/x-git-receive-pack-result",
};
const CAPABILITIES = "report-status side-band-64k atomic object-format=sha1 agent=relyloop-github-app";
const ANSWER_BYTES_MAX = 4 * 1024 * 1024;
const REASON_CHARS_MAX = 2_000;

export interface RefChange {
  /** Full name, such as `refs/heads/main`. */
  ref: string;
  /** What the remote has to have, `ZERO_OID` for nothing; it compares when it takes the lock on the ref. */
  from: Oid;
  /** What it is to have, `ZERO_OID` for nothing. */
  to: Oid;
  /** Objects the remote lacks; null for a deletion, which has none. */
  pack: Uint8Array | null;
}

export type PushReport =
  | { kind: "done" }
  /** The remote's own words, fit for a page: what it said to the person who pushes, then why the ref stays. */
  | { kind: "refused"; reason: string };

/**
 * Changes one ref of the remote (gitprotocol-pack(5), "Reference Update Request"). Nothing is asked beforehand: the ids
 * that are sent are what the remote compares.
 */
export async function receivePack(http: GitHttp, url: string, change: RefChange): Promise<PushReport> {
  const { ref, from, to, pack } = change;
  const { body } = await http({
    url: `${url}/git-receive-pack`,
    method: "POST",
    headers: HEADERS,
    body: Buffer.concat([pkt(`${from} ${to} ${ref}\0${CAPABILITIES}`), FLUSH, pack ?? Buffer.alloc(0)]),
    answer_bytes_max: ANSWER_BYTES_MAX,
  });
  const { data, remarks } = readSideBand(readPkts(body));
  const report = [...readPkts(data)].flatMap((each) =>
    each.kind === "data" ? [each.data.toString("utf8").replace(/\n$/, "")] : [],
  );
  const [unpacked, ...refs] = report;
  if (unpacked === undefined || !unpacked.startsWith("unpack ")) {
    throw new GitError("protocol", "the git remote reported nothing about the push");
  }
  if (unpacked === "unpack ok" && refs.includes(`ok ${ref}`)) return { kind: "done" };
  const refusal = refs.find((line) => line.startsWith(`ng ${ref} `))?.slice(`ng ${ref} `.length);
  const reason = cleanRemoteText(`${remarks}\n${refusal ?? unpacked}`, REASON_CHARS_MAX);
  return { kind: "refused", reason };
}
