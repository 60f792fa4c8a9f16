import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** A delivery as it arrived. */
export interface ReceivedHook {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  /** Names of the headers as they were written. */
  headerNames: string[];
  body: Buffer;
  event: string;
  guid: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read payloads whose shape conformance has checked.
  payload: any;
}

export interface HookReceiver {
  /** `http://127.0.0.1:<port>/hooks` */
  url: string;
  /** Everything so far, in the order of arrival. */
  received: ReceivedHook[];
  /** Replaces how deliveries are answered; 202 with an empty body until then. It may never answer at all. */
  answerWith(answer: (hook: ReceivedHook, response: ServerResponse) => void): void;
  /** Resolves once at least so many have arrived. */
  arrived(count: number): Promise<ReceivedHook[]>;
  close(): Promise<void>;
}

/** A webhook receiver on the loopback address, on a port of the system's choice. */
export async function startHookReceiver(): Promise<HookReceiver> {
  const received: ReceivedHook[] = [];
  let watchers: { count: number; told: PromiseWithResolvers<ReceivedHook[]> }[] = [];
  let answer = (_hook: ReceivedHook, response: ServerResponse): void => {
    response.writeHead(202).end();
  };

  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    const hook: ReceivedHook = {
      method: request.method ?? "",
      path: request.url ?? "",
      headers: request.headers,
      headerNames: request.rawHeaders.filter((_text, at) => at % 2 === 0),
      body,
      event: String(request.headers["x-github-event"]),
      guid: String(request.headers["x-github-delivery"]),
      payload: JSON.parse(body.toString("utf8")),
    };
    received.push(hook);
    answer(hook, response);
    const ready = watchers.filter(({ count }) => received.length >= count);
    watchers = watchers.filter((watcher) => !ready.includes(watcher));
    for (const { told } of ready) told.resolve([...received]);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}/hooks`,
    received,
    answerWith: (next) => {
      answer = next;
    },
    async arrived(count) {
      if (received.length >= count) return [...received];
      const told = Promise.withResolvers<ReceivedHook[]>();
      watchers.push({ count, told });
      return told.promise;
    },
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
