import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import type { Seen } from "./surface.ts";

/** Stands before an HTTP server and keeps every byte it answers, of good answers and of broken ones. */
export interface Tap {
  /** Where to ask instead of at the server. */
  url: string;
  close(): Promise<void>;
}

export interface Taps {
  open(serverUrl: string): Promise<Tap>;
  /** Every answer so far, at `GET /path -> 200`. */
  answers(): Seen[];
}

interface Answered {
  asked: string;
  chunks: Buffer[];
}

const REQUEST_LINE = /^([A-Z]+ \S+) HTTP\/1\.[01]\r\n/;
const REQUEST_LINE_BYTES_MAX = 2_000;

export const createTaps = (): Taps => {
  const answered: Answered[] = [];
  return {
    open: async (serverUrl) => {
      const { hostname, port } = new URL(serverUrl);
      const sockets = new Set<Socket>();
      const server = createServer({ noDelay: true }, (client) => {
        const onward = connect(Number(port), hostname);
        let present: Answered = { asked: "what is no request", chunks: [] };
        answered.push(present);
        client.on("data", (chunk) => {
          const [, asked] = REQUEST_LINE.exec(chunk.toString("latin1", 0, REQUEST_LINE_BYTES_MAX)) ?? [];
          if (asked === undefined) return;
          // No client here asks again before it has its answer.
          present = { asked, chunks: [] };
          answered.push(present);
        });
        onward.on("data", (chunk: Buffer) => present.chunks.push(chunk));
        client.pipe(onward).pipe(client);
        for (const socket of [client, onward]) {
          sockets.add(socket);
          // Either side may hang up; its end is what counts, and is passed on below.
          socket.on("error", () => undefined);
          socket.once("close", () => sockets.delete(socket));
        }
        client.once("close", () => onward.destroy());
        // Whoever is still sending gets the answer all the same: a server may refuse a body before it has come.
        onward.once("close", () => client.resume().end());
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return {
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        close: async () => {
          const closed = new Promise((resolve) => server.close(resolve));
          for (const socket of sockets) socket.destroy();
          await closed;
        },
      };
    },
    answers: () =>
      answered
        .map(({ asked, chunks }) => ({ asked, bytes: Buffer.concat(chunks) }))
        .filter(({ bytes }) => bytes.length > 0)
        .map(({ asked, bytes }) => ({ place: `${asked} -> ${bytes.toString("latin1", 9, 12)}`, bytes })),
  };
};
