import { startConnectProxy } from "../../../test/support/connect-proxy.ts";
import { type LeakWorld, READY } from "../leak-world.ts";
import { createPastedScenario } from "./pasted-scenario.ts";
import type { Provocation } from "./provocation.ts";

/** Nobody listens there: port 1 is nobody's. */
const CLOSED = "127.0.0.1:1";
const ANSWER_TIMEOUT_MS = 30_000;

/** Processes that do not start, do not live long, or do not get out. */
export const processTrouble: Provocation[] = [
  {
    name: "settings none of which is right, with secrets for values",
    needs: "process",
    run: async (world) => {
      const { apiToken, webhookSecret } = world.canaries;
      const key = world.sandbox.secrets.private_key;
      await refused(world, "misconfigured", {
        PORT: apiToken,
        DATABASE_URL: `mysql://relyloop:${apiToken}@db`,
        APP_ID: apiToken,
        PRIVATE_KEY: key.slice(0, 400),
        WEBHOOK_SECRET: `${webhookSecret}\n${webhookSecret}`,
        INTERNAL_API_TOKENS: `ui:${apiToken}:${apiToken.slice(0, 31)},${apiToken}:read:${apiToken},x:y`,
        GHE_HOST: `https://${apiToken}@github`,
        GITHUB_API_URL: `https://relyloop:${apiToken}@github.acme.example`,
        RELYLOOP_BASE_URL: apiToken,
        GIT_AUTHOR_EMAIL: `<${apiToken}>`,
        LOG_LEVEL: apiToken,
      });
    },
  },
  {
    name: "a proxy's address that is none, with its password",
    needs: "process",
    run: (world) =>
      refused(world, "misdirected", { HTTPS_PROXY: `http://u:${world.canaries.apiToken}%zz@[proxy` }),
  },
  {
    name: "a database that is not there, with its password",
    needs: "process",
    run: (world) => {
      const password = encodeURIComponent(world.canaries.databasePassword);
      return refused(world, "astray", {
        DATABASE_URL: `postgresql://relyloop:${password}@${CLOSED}/relyloop`,
      });
    },
  },
  {
    name: "a GitHub that only a proxy can reach, which wants another password",
    needs: "process",
    run: async (world) => {
      const proxy = await startConnectProxy({
        portBehind: () => null,
        credentials: { user: "relyloop", password: "another one" },
      });
      const password = encodeURIComponent(world.canaries.proxyPassword);
      const HTTPS_PROXY = proxy.url.replace("//", `//relyloop:${password}@`);
      const settings = {
        HTTPS_PROXY,
        GHE_HOST: "github.acme.example",
        GHE_PROTOCOL: "https",
        WEBHOOKS: "off",
      };
      const web = await world.start("web behind a proxy", "web", settings);
      try {
        const [, url = ""] = await web.hasSaid(READY);
        const tap = await world.taps.open(url);
        const answer = await fetch(`${tap.url}/api/v1/config-repos`, {
          method: "POST",
          headers: { authorization: `Bearer ${world.canaries.apiToken}`, "content-type": "application/json" },
          body: JSON.stringify({ name: "x", repo_url: "https://github.acme.example/acme/x", auth_ref: "1" }),
          signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
        });
        await answer.text();
        await tap.close();
        if (proxy.tunnels.length === 0) throw new Error("the proxy was not asked");
      } finally {
        await web.end("SIGTERM");
        await proxy.close();
      }
    },
  },
  {
    name: "a worker that dies while it pushes, and the one that takes over",
    needs: "worker",
    run: async (world) => {
      const { scenario, byHand } = await createPastedScenario(world);
      const path = `/${scenario.repository.full_name}*/git-receive-pack`;
      const fault = world.sandbox.faults.add({
        method: "POST",
        path,
        fault: { kind: "hold", when: "after" },
      });
      const id = await byHand();
      const opening = world.api.open(id);
      // An attempt that ends before it pushes would be waited for in vain.
      await Promise.race([world.sandbox.faults.held(fault), opening]);
      await world.processes.get("worker")?.end("SIGKILL");
      world.sandbox.faults.remove(fault);
      await world.start("second worker", "worker");
      const { status } = await opening;
      if (status !== "pr_opened") throw new Error(`the proposal is ${status}`);
    },
  },
];

const refused = async (world: LeakWorld, name: string, settings: Record<string, string>): Promise<void> => {
  const started = await world.start(name, "web", settings);
  const code = await started.ended;
  if (code !== 1) throw new Error(`it ended with ${code}, not 1`);
};
