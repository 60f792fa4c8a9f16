import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type IncomingMessage, request as requestOf, type ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { createPrivateCa } from "../support/private-ca.ts";

export interface PrivateGithub {
  /** A name that nothing on this machine or beyond resolves. */
  hostName: string;
  /** `https://<hostName>` */
  url: string;
  /** Where it listens on loopback; a proxy knows. */
  port: number;
  /** A file for NODE_EXTRA_CA_CERTS. */
  authoritiesFile: string;
  /** Every request so far, as `GET /api/v3/app`, oldest first. */
  requests: string[];
  close(): Promise<void>;
}

/** RFC 2606 keeps `.test` for this. */
const HOST_NAME = "github.test";

/**
 * A company's GitHub as the sandbox behind TLS: under a name of its own, with a certificate of a private authority.
 * Addresses in what it answers are its own, as those of a real one are.
 */
export const startPrivateGithub = async (sandbox: Sandbox): Promise<PrivateGithub> => {
  const folder = await mkdtemp(join(tmpdir(), "private-ca-"));
  const ca = createPrivateCa();
  const authoritiesFile = join(folder, "authorities.pem");
  await writeFile(authoritiesFile, ca.certificate);
  const url = `https://${HOST_NAME}`;
  const requests: string[] = [];

  const server = createServer(ca.issue(HOST_NAME), (request, response) => {
    requests.push(`${request.method} ${request.url?.split("?", 1)[0]}`);
    const onward = requestOf(
      `${sandbox.url}${request.url}`,
      { method: request.method, headers: { ...request.headers, host: sandbox.host } },
      (answer) => void passOn(answer, response, (words) => words.replaceAll(sandbox.url, url)),
    );
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    hostName: HOST_NAME,
    url,
    port: (server.address() as AddressInfo).port,
    authoritiesFile,
    requests,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const passOn = async (
  answer: IncomingMessage,
  response: ServerResponse,
  rename: (words: string) => string,
): Promise<void> => {
  const { "transfer-encoding": _, "content-length": length, ...headers } = answer.headers;
  for (const name of ["link", "location"]) {
    const value = headers[name];
    if (typeof value === "string") headers[name] = rename(value);
  }
  const status = answer.statusCode ?? 502;
  if (!headers["content-type"]?.startsWith("application/json")) {
    response.writeHead(status, length === undefined ? headers : { ...headers, "content-length": length });
    answer.on("error", () => response.destroy()).pipe(response);
    return;
  }
  response.writeHead(status, headers).end(rename(await text(answer)));
};
