import { once } from "node:events";
import { type AddressInfo, createServer, type Socket, connect as toSocket } from "node:net";

/** What lies between the service and its database. */
export interface Network {
  port: number;
  /** From now on nothing comes through on the connections there are, and nobody is told. New ones work. */
  fallSilent(): void;
  close(): Promise<void>;
}

/** Passes connections on to a Unix socket, which may be gone and come back. */
export const openNetwork = async (socketPath: string): Promise<Network> => {
  const open = new Set<Socket>();
  const silent = new Set<Socket>();
  const server = createServer({ noDelay: true }, (near) => {
    const far = toSocket(socketPath);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one);
      // Whatever ended one side ends the other; a refused connection is one that ends at once.
      one.on("error", () => undefined);
      one.on("close", () => {
        open.delete(one);
        if (!silent.has(one)) other.destroy();
      });
      one.pipe(other);
    }
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    fallSilent: () => {
      for (const socket of open) {
        socket.unpipe();
        socket.pause();
        silent.add(socket);
      }
    },
    close: async () => {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
};
