import { once } from "node:events";
import { connect, type Socket } from "node:net";

export interface Sending {
  /** From the first byte sent to the last answer. */
  elapsed_ms: number;
  /** From a request's first byte to the end of its answer, in the order of the requests. */
  latencies_ms: Float64Array;
  /** How many answers had each status. */
  statuses: Record<number, number>;
}

const ANSWER_TIMEOUT_MS = 30_000;

/** Sends the requests over some connections that are kept, on each the next one once the last is answered. */
export const sendAll = async (
  address: { host: string; port: number },
  requests: readonly Buffer[],
  connections: number,
): Promise<Sending> => {
  const latencies_ms = new Float64Array(requests.length);
  const statuses: Record<number, number> = {};
  let next = 0;
  const sockets = await Promise.all(
    Array.from({ length: connections }, async () => {
      const socket = connect({ ...address, noDelay: true });
      await once(socket, "connect");
      return socket;
    }),
  );
  const started_ms = performance.now();
  await Promise.all(
    sockets.map(async (socket) => {
      const answers = createAnswers(socket);
      for (let at = next++; at < requests.length; at = next++) {
        const sent_ms = performance.now();
        socket.write(requests[at] as Buffer);
        const status = await answers.next();
        latencies_ms[at] = performance.now() - sent_ms;
        statuses[status] = (statuses[status] ?? 0) + 1;
      }
    }),
  );
  const elapsed_ms = performance.now() - started_ms;
  for (const socket of sockets) socket.destroy();
  return { elapsed_ms, latencies_ms, statuses };
};

/** Reads answers with a Content-Length, one after another: all that is needed of HTTP, and cheaper than a client. */
const createAnswers = (socket: Socket) => {
  let received: Buffer = Buffer.alloc(0);
  let waiting: { resolve: (status: number) => void; reject: (error: Error) => void } | undefined;
  socket.setTimeout(ANSWER_TIMEOUT_MS, () => socket.destroy(new Error("no answer in time")));
  socket.on("error", (error) => waiting?.reject(error));
  socket.on("close", () => waiting?.reject(new Error("the connection was closed")));
  socket.on("data", (chunk: Buffer) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    const headEnd = received.indexOf("\r\n\r\n");
    if (headEnd === -1) return;
    const head = received.toString("latin1", 0, headEnd);
    const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1]);
    if (!Number.isInteger(length)) throw new Error(`an answer without Content-Length: ${head}`);
    if (received.length < headEnd + 4 + length) return;
    received = received.subarray(headEnd + 4 + length);
    waiting?.resolve(Number(head.slice(9, 12)));
  });
  return {
    next: () =>
      new Promise<number>((resolve, reject) => {
        waiting = { resolve, reject };
      }),
  };
};
