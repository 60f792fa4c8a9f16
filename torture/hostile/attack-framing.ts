import { connect } from "node:net";

const CUT_OFF_MAX_MS = 25_000;
const GIB = 1024 ** 3;
const ENDLESS_BYTES_MAX = 64 * 1024 * 1024;
const PIECE = Buffer.alloc(64 * 1024, " ");

interface Lie {
  name: string;
  /** Behind the request line and the usual headers. */
  rest: string;
  /** What the answers may be, in order. */
  statuses: RegExp;
  /** Goes on and on behind it. */
  endless?: true;
}

/** Each is refused and cut off: what comes behind it on the connection is nobody's request. */
const LIES: readonly Lie[] = [
  { name: "a body of 10 GiB, announced", rest: `Content-Length: ${10 * GIB}\r\n\r\n`, statuses: /^413$/ },
  {
    name: "a body of 10 GiB, sent",
    rest: `Content-Length: ${10 * GIB}\r\n\r\n`,
    statuses: /^(413)?$/,
    endless: true,
  },
  {
    name: "a length beyond every number",
    rest: `Content-Length: ${"9".repeat(40)}\r\n\r\n`,
    statuses: /^400$/,
  },
  { name: "a negative length", rest: "Content-Length: -1\r\n\r\n", statuses: /^400$/ },
  { name: "a length with a sign", rest: "Content-Length: +2\r\n\r\n{}", statuses: /^400$/ },
  { name: "a length in hexadecimal", rest: "Content-Length: 0x2\r\n\r\n{}", statuses: /^400$/ },
  { name: "two lengths", rest: "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", statuses: /^400$/ },
  { name: "two lengths in one", rest: "Content-Length: 2, 2\r\n\r\n{}", statuses: /^400$/ },
  {
    name: "a length and chunks",
    rest: "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n",
    statuses: /^400$/,
  },
  {
    name: "chunks that are not the last coding",
    rest: "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    statuses: /^400$/,
  },
  { name: "a coding nobody knows", rest: "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", statuses: /^400$/ },
  { name: "a chunk larger than every number", rest: chunked("fffffffffffffffff\r\nx"), statuses: /^400$/ },
  { name: "a chunk of a negative length", rest: chunked("-1\r\nx\r\n0\r\n\r\n"), statuses: /^400$/ },
  { name: "a chunk longer than it says", rest: chunked("1\r\n{}\r\n0\r\n\r\n"), statuses: /^400$/ },
  {
    name: "a chunk with an endless extension",
    rest: chunked(`1;${"x".repeat(40_000)}\r\n{\r\n0\r\n\r\n`),
    statuses: /^4\d\d$/,
  },
  {
    name: "a trailer that never ends",
    rest: chunked(`0\r\n${"a: b\r\n".repeat(20_000)}\r\n`),
    statuses: /^4\d\d$/,
  },
  { name: "endless chunks", rest: chunked(""), statuses: /^(4\d\d)?$/, endless: true },
  {
    name: "garbage behind a request",
    rest: "Content-Length: 2\r\n\r\n{}\0\0\0garbage\r\n\r\n",
    statuses: /^(422|400|422,400)$/,
  },
  { name: "a line feed where a line ends", rest: "X: a\nContent-Length: 2\r\n\r\n{}", statuses: /^400$/ },
  { name: "TLS", rest: "", statuses: /^400$/ },
];

function chunked(body: string): string {
  return `Transfer-Encoding: chunked\r\n\r\n${body}`;
}

/** Sends requests that lie about their own length, and bodies without end. */
export const attackFraming = async (
  port: number,
  token: string,
): Promise<{ lies: number; violations: string[] }> => {
  const head = `POST /api/v1/clusters HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\n`;
  const violations: string[] = [];
  for (const lie of LIES) {
    const request =
      lie.rest === "" ? Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]) : Buffer.from(head + lie.rest);
    const said = await sayAll(port, request, lie.endless ?? false);
    if (said === null) violations.push(`${lie.name} was not cut off within ${CUT_OFF_MAX_MS / 1_000} s`);
    else {
      const statuses = [...said.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => status).join();
      if (!lie.statuses.test(statuses))
        violations.push(`${lie.name} is answered ${statuses || "not at all"}: ${said.slice(0, 300)}`);
    }
  }
  return { lies: LIES.length, violations };
};

/** Everything the server says until it closes the connection; null when it does not. */
const sayAll = (port: number, request: Buffer, endless: boolean): Promise<string | null> => {
  const { promise, resolve } = Promise.withResolvers<string | null>();
  const socket = connect({ port, host: "127.0.0.1" });
  let said = "";
  let left_bytes = endless ? ENDLESS_BYTES_MAX : 0;
  const timer = setTimeout(() => end(null), CUT_OFF_MAX_MS);
  const end = (result: string | null) => {
    clearTimeout(timer);
    socket.destroy();
    resolve(result);
  };
  const goOn = () => {
    while (left_bytes > 0 && socket.writable) {
      left_bytes -= PIECE.length;
      // A chunk by itself where the body is in chunks, blanks where it is not.
      if (
        !socket.write(
          Buffer.concat([Buffer.from(`${PIECE.length.toString(16)}\r\n`), PIECE, Buffer.from("\r\n")]),
        )
      )
        return;
    }
  };
  socket.on("data", (chunk) => {
    said += chunk.toString("latin1");
  });
  socket.on("error", () => undefined);
  socket.on("drain", goOn);
  socket.on("close", () => end(said));
  socket.write(request);
  goOn();
  return promise;
};
