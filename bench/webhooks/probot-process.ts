import { createServer } from "node:net";
import { Probot, Server } from "probot";
import { createProbotApp } from "../../src/webhooks/probot-app.ts";

/**
 * Probot's own server with our application, as `probot run` starts it: it verifies and hands each event to its handler,
 * and what handlers ask for is only counted, in memory.
 */

const { APP_ID = "", PRIVATE_KEY = "", WEBHOOK_SECRET = "" } = process.env;
const HOST = "127.0.0.1";

let events = 0;
let jobs = 0;
const app = createProbotApp({
  own: { appId: Number(APP_ID) },
  ask: (_event, wanted) => {
    events += 1;
    jobs += wanted.length;
  },
});

/** Probot takes 0 for 3000. */
const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, HOST, () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

const port = await freePort();
const server = new Server({
  host: HOST,
  port,
  Probot: Probot.defaults({ appId: APP_ID, privateKey: PRIVATE_KEY, secret: WEBHOOK_SECRET }),
});
await server.load(app);
await server.start();
process.on("message", () => process.send?.({ events, jobs }));
process.send?.({ port });
