import { readPkts } from "./protocol/pkt-line.ts";
import { ERROR_BAND } from "./protocol/side-band.ts";
import { cleanRemoteText } from "./remote-text.ts";
import { GitError } from "./transport.ts";

/** How much of git's own error line, or of a strange content type, is passed on. */
const REMOTE_TEXT_CHARS_MAX = 500;

/**
 * Reads a 200 answer whole.
 *
 * @throws GitError when it is not git's, tells of an error, is larger than the cap, or lacks its end.
 */
export async function readAnswer(host: string, response: Response, bytes_max: number): Promise<Buffer> {
  const type = response.headers.get("content-type") ?? "";
  if (!type.startsWith("application/x-git-")) {
    await response.body?.cancel();
    throw new GitError(
      "protocol",
      `${host} answered with "${cleanRemoteText(type, REMOTE_TEXT_CHARS_MAX)}" instead of git's protocol`,
    );
  }
  const chunks: Uint8Array[] = [];
  let size_bytes = 0;
  for await (const chunk of response.body ?? []) {
    size_bytes += chunk.length;
    if (size_bytes > bytes_max)
      throw new GitError("too_large", `${host} answered more than ${bytes_max} bytes`);
    chunks.push(chunk);
  }
  const answer = Buffer.concat(chunks);
  // gitprotocol-pack(5): a fatal error is one packet that begins with ERR, and the end.
  if (answer.toString("latin1", 4, 8) === "ERR ") {
    throw new GitError(
      "protocol",
      `${host}: ${cleanRemoteText(answer.toString("utf8", 8), REMOTE_TEXT_CHARS_MAX)}`,
    );
  }
  // A protocol v2 server that keeps SHA-256 ids says so before it refuses to go on in SHA-1.
  if (type.endsWith("-advertisement") && answer.includes("object-format=sha256\n")) {
    throw new GitError("unsupported", "the repository uses SHA-256 ids, which are not supported");
  }
  // Every complete answer ends with a flush packet, so a missing one tells of a break HTTP did not notice.
  if (answer.toString("latin1", answer.length - 4) !== "0000") throw cutShort(host, type, answer);
  return answer;
}

/** A server that gives up says so in a last packet on band 3, and ends without a flush. Of a push the effect is unknown. */
function cutShort(host: string, type: string, answer: Buffer): GitError {
  const said = cleanRemoteText(lastWords(answer), REMOTE_TEXT_CHARS_MAX);
  if (said === "") return new GitError("unreachable", `the answer of ${host} was cut short`);
  const kind = type.startsWith("application/x-git-upload-pack") ? "protocol" : "unreachable";
  return new GitError(kind, `${host} gave up: ${said}`);
}

function lastWords(answer: Buffer): string {
  try {
    for (const each of readPkts(answer)) {
      if (each.kind === "data" && each.data[0] === ERROR_BAND) return each.data.toString("utf8", 1);
    }
  } catch {
    // A packet that is cut short says nothing.
  }
  return "";
}
