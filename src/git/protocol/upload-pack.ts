import type { GitHttp } from "../git-http.ts";
import { DELIM, FLUSH, type Pkt, pkt, readPkts } from "./pkt-line.ts";

const HEADERS = {
  "git-protocol": "version=2",
  "content-type": "application/x-git-upload-pack-request",
  accept: "application/x-git-upload-pack-result",
};

export interface Command {
  name: "ls-refs" | "fetch";
  /** Lines of the command's own arguments, without their newline. */
  args: readonly string[];
  answer_bytes_max: number;
}

/** Sends one command of protocol v2, which keeps nothing between requests (gitprotocol-v2(5), "Command Request"). */
export async function uploadPack(http: GitHttp, url: string, command: Command): Promise<Iterable<Pkt>> {
  const { body } = await http({
    url: `${url}/git-upload-pack`,
    method: "POST",
    headers: HEADERS,
    body: Buffer.concat([
      pkt(`command=${command.name}\n`),
      pkt("agent=relyloop-github-app\n"),
      pkt("object-format=sha1\n"),
      DELIM,
      ...command.args.map((arg) => pkt(`${arg}\n`)),
      FLUSH,
    ]),
    answer_bytes_max: command.answer_bytes_max,
  });
  return readPkts(body);
}
