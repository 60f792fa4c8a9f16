import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Longer than any client keeps an idle connection, so that none is closed under a request just being sent. */
const KEEP_ALIVE_MS = 72_000;

/**
 * Listens on the loopback address.
 * @param wanted the port to take; when it is taken: `else` "any" lets the system choose, "fail" throws.
 */
export async function listen(
  wanted: { port: number; else: "any" | "fail" },
  onRequest: RequestListener,
): Promise<{ server: Server; port: number }> {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, onRequest);
  try {
    await bind(server, wanted.port);
  } catch (error) {
    if (wanted.else === "fail" || (error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    await bind(server, 0);
  }
  return { server, port: (server.address() as AddressInfo).port };
}

function bind(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve();
    });
  });
}
