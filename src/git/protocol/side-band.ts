import { cleanRemoteText } from "../remote-text.ts";
import { GitError } from "../transport.ts";
import type { Pkt } from "./pkt-line.ts";

const DATA_BAND = 1;
const REMARKS_BAND = 2;
export const ERROR_BAND = 3;

const REMARKS_CHARS_MAX = 2_000;
/** What may become that many characters: none takes more bytes in UTF-8. */
const REMARKS_BYTES_MAX = 4 * REMARKS_CHARS_MAX;
const ERROR_CHARS_MAX = 500;

/**
 * Takes apart what a server sends on three bands, up to the flush packet: the first byte of each packet names its
 * band, gitprotocol-pack(5) "Packfile Data" and gitprotocol-v2(5) "packfile section".
 *
 * @returns the data of band 1 in one piece, and the beginning of what band 2 says to people, cleaned.
 * @throws GitError `protocol` with the text of band 3, which is how a server gives up; also when there is no flush
 * packet, or anything but these bands before it.
 */
export function readSideBand(pkts: Iterable<Pkt>): { data: Buffer; remarks: string } {
  const data: Buffer[] = [];
  const remarks: Buffer[] = [];
  let remarks_bytes = 0;
  for (const packet of pkts) {
    if (packet.kind === "flush") {
      return { data: Buffer.concat(data), remarks: textOf(Buffer.concat(remarks), REMARKS_CHARS_MAX) };
    }
    if (packet.kind !== "data") throw new GitError("protocol", `a ${packet.kind} packet among the bands`);
    const content = packet.data.subarray(1);
    switch (packet.data[0]) {
      case DATA_BAND:
        data.push(content);
        break;
      case REMARKS_BAND:
        // Characters may be split between packets, so the bytes are kept until all of them are here.
        remarks.push(content.subarray(0, REMARKS_BYTES_MAX - remarks_bytes));
        remarks_bytes += remarks.at(-1)?.length ?? 0;
        break;
      case ERROR_BAND:
        throw new GitError("protocol", `the remote gave up: ${textOf(content, ERROR_CHARS_MAX)}`);
      default:
        throw new GitError("protocol", "a packet without a band that is known");
    }
  }
  throw new GitError("protocol", "the bands of an answer have no end");
}

const textOf = (bytes: Buffer, chars_max: number): string =>
  cleanRemoteText(bytes.toString("utf8"), chars_max);
