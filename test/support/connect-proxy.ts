import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import type { Duplex } from "node:stream";

export interface ConnectProxy {
  /** `http://127.0.0.1:<port>` */
  url: string;
  /** The same with the credentials it wants, as HTTPS_PROXY takes them. */
  urlWithCredentials: string;
  /** Every tunnel that was asked for, oldest first: `host:port`, and how it was answered. */
  tunnels: { target: string; status: 200 | 403 | 407 }[];
  /** Requests that were no CONNECT: what a tunnel would have hidden from the proxy. */
  plain: string[];
  /** Ends every tunnel and frees the port. */
  close(): Promise<void>;
}

export interface ConnectProxyOptions {
  /** The port on this machine that stands behind a `host:port`; null: the proxy lets nobody there. */
  portBehind: (target: string) => number | null;
  /** Wanted of everybody; unset: of nobody. */
  credentials?: { user: string; password: string };
}

/** A forward proxy (RFC 9110, 9.3.6) that keeps a list. It alone knows where the names it is asked for are. */
export const startConnectProxy = async ({
  portBehind,
  credentials,
}: ConnectProxyOptions): Promise<ConnectProxy> => {
  const tunnels: ConnectProxy["tunnels"] = [];
  const plain: string[] = [];
  const open = new Set<Duplex>();
  const wanted = credentials && basic(credentials);

  const server = createServer((request, response) => {
    plain.push(`${request.method} ${request.url}`);
    response.writeHead(405).end();
  });
  server.on("connect", (request, socket: Duplex) => {
    const target = request.url ?? "";
    const refuse = (status: 403 | 407, headers = "") => {
      tunnels.push({ target, status });
      socket.end(`HTTP/1.1 ${status} Refused\r\n${headers}Content-Length: 0\r\n\r\n`);
    };
    keep(socket);
    if (wanted !== undefined && request.headers["proxy-authorization"] !== wanted) {
      return refuse(407, 'Proxy-Authenticate: Basic realm="acme"\r\n');
    }
    const port = portBehind(target);
    if (port === null) return refuse(403);
    tunnels.push({ target, status: 200 });
    const onward = connect(port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      socket.pipe(onward).pipe(socket);
    });
    keep(onward);
    onward.once("close", () => socket.destroy());
    socket.once("close", () => onward.destroy());
  });

  const keep = (socket: Duplex) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
    // Either side may hang up at any moment; its end is all that counts here.
    socket.on("error", () => undefined);
  };

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const userinfo = credentials
    ? `${encodeURIComponent(credentials.user)}:${encodeURIComponent(credentials.password)}@`
    : "";
  return {
    url: `http://127.0.0.1:${port}`,
    urlWithCredentials: `http://${userinfo}127.0.0.1:${port}`,
    tunnels,
    plain,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of open) socket.destroy();
      server.closeAllConnections();
      await closed;
    },
  };
};

const basic = ({ user, password }: { user: string; password: string }): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
