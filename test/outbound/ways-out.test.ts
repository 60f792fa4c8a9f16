import { execFile } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type ConnectProxyOptions, startConnectProxy } from "../support/connect-proxy.ts";
import { inherited } from "../support/inherited.ts";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox.ts";
import { type PrivateGithub, startPrivateGithub } from "./private-github.ts";

const run = promisify(execFile);
const SCRIPT = fileURLToPath(new URL("./ask.script.ts", import.meta.url));
const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const CREDENTIALS = { user: "relyloop", password: "p@ss:word/with%signs" };

let world: TestSandbox;
let github: PrivateGithub;
beforeAll(async () => {
  world = await startTestSandbox();
  github = await startPrivateGithub(world.sandbox);
});
afterAll(async () => {
  await github.close();
  await world.close();
});

const proxyWith = async (options: Partial<ConnectProxyOptions> = {}) => {
  const portBehind = (target: string) => (target === `${github.hostName}:443` ? github.port : null);
  const proxy = await startConnectProxy({ portBehind, ...options });
  onTestFinished(() => proxy.close());
  return proxy;
};

type Said = Record<"rest" | "v2" | "isomorphic", string>;

/** In a process of its own, with no more environment than this. */
const ask = async (env: Record<string, string>, url = github.url) => {
  const { stdout, stderr } = await run(process.execPath, [SCRIPT, url], {
    env: { ...inherited, ...env },
    timeout: 30_000,
  });
  return { said: JSON.parse(stdout) as Said, everything: `${stdout}${stderr}` };
};

/** GitHub itself answered: it knows neither the code nor the credentials. */
const REACHED = {
  rest: expect.stringContaining('"kind":"refused"'),
  v2: expect.stringContaining("github.test answered 401"),
  isomorphic: expect.stringContaining("github.test answered 401"),
};

const allSay = (text: string): Record<keyof Said, unknown> => ({
  rest: expect.stringContaining(text),
  v2: expect.stringContaining(text),
  isomorphic: expect.stringContaining(text),
});

describe("REST and both git transports", () => {
  it("go through tunnels of the proxy, to a host only it can find, with a certificate of a private authority", async () => {
    const proxy = await proxyWith();
    const before = github.requests.length;

    const { said } = await ask({ HTTPS_PROXY: proxy.url, NODE_EXTRA_CA_CERTS: github.authoritiesFile });

    expect(said).toEqual(REACHED);
    expect(new Set(github.requests.slice(before).map((request) => request.split("/")[1]))).toEqual(
      new Set(["api", "acme"]),
    );
    expect(proxy.tunnels.length).toBeGreaterThan(0);
    expect(new Set(proxy.tunnels.map(({ target }) => target))).toEqual(new Set(["github.test:443"]));
    expect(proxy.plain).toEqual([]);
  });

  it("give the proxy its credentials, percent-encoded in the setting, and take the lower-case name first", async () => {
    const proxy = await proxyWith({ credentials: CREDENTIALS });
    const { said } = await ask({
      https_proxy: proxy.urlWithCredentials,
      HTTPS_PROXY: "http://127.0.0.1:9",
      NODE_EXTRA_CA_CERTS: github.authoritiesFile,
    });
    expect(said).toEqual(REACHED);
    expect(new Set(proxy.tunnels.map(({ status }) => status))).toEqual(new Set([200]));
  });

  it("say that the proxy wants other credentials, and not what it was given", async () => {
    const proxy = await proxyWith({ credentials: CREDENTIALS });
    const { said, everything } = await ask({
      HTTPS_PROXY: proxy.urlWithCredentials.replace("relyloop:", "somebody-else:"),
      NODE_EXTRA_CA_CERTS: github.authoritiesFile,
    });
    const { host } = new URL(proxy.url);
    expect(said).toEqual(
      allSay(
        `the proxy ${host} let nothing through to github.test: it answered 407, so it wants other credentials in HTTPS_PROXY`,
      ),
    );
    expect(everything).not.toMatch(/p@ss|p%40ss|somebody-else|proxy-authorization/i);
    expect(everything).not.toContain(Buffer.from(`somebody-else:${CREDENTIALS.password}`).toString("base64"));
  });

  it("say that the proxy lets nobody there", async () => {
    const proxy = await proxyWith({ portBehind: () => null });
    const { said } = await ask({ HTTPS_PROXY: proxy.url });
    expect(said).toEqual(
      allSay(`the proxy ${new URL(proxy.url).host} let nothing through to github.test: it answered 403`),
    );
  });

  it("say that the proxy is not there", async () => {
    const port = await freePort();
    const { said } = await ask({ HTTPS_PROXY: `http://relyloop:secret@127.0.0.1:${port}` });
    expect(said).toEqual(allSay(`connect ECONNREFUSED 127.0.0.1:${port} (HTTPS_PROXY is 127.0.0.1:${port})`));
  });

  it("say whose certificate is not trusted, and which setting would make it so", async () => {
    const proxy = await proxyWith();
    const { said } = await ask({ HTTPS_PROXY: proxy.url });
    expect(said).toEqual(
      allSay("the certificate of github.test comes from an authority that is not known here"),
    );
    expect(said).toEqual(allSay("NODE_EXTRA_CA_CERTS"));
  });

  it.each<Record<string, string>>([
    { NO_PROXY: "github.test" },
    { no_proxy: "example.com, .test", NO_PROXY: "" },
    { NO_PROXY: "*" },
  ])("leave the proxy alone for a host that %j names", async (env) => {
    const proxy = await proxyWith();
    const { said } = await ask({ HTTPS_PROXY: proxy.url, ...env });
    expect(said).toEqual(allSay("getaddrinfo"));
    expect(proxy.tunnels).toEqual([]);
  });

  it("reach the loopback address directly, whatever the proxy", async () => {
    const proxy = await proxyWith();
    const { said } = await ask(
      { HTTPS_PROXY: proxy.url, HTTP_PROXY: proxy.url, NO_PROXY: "example.com" },
      world.sandbox.url,
    );
    expect(said.rest).toContain('"kind":"refused"');
    expect(said.v2).toContain("answered 401");
    expect(said.isomorphic).toContain("answered 401");
    expect([...proxy.tunnels, ...proxy.plain]).toEqual([]);
  });

  it("take HTTPS_PROXY for a host without TLS too, and no notice of HTTP_PROXY", async () => {
    const { port } = new URL(world.sandbox.url);
    const proxy = await proxyWith({ portBehind: () => Number(port) });
    const other = await proxyWith();
    const { said } = await ask({ HTTPS_PROXY: proxy.url, HTTP_PROXY: other.url }, "http://github.test");
    // The sandbox itself answers to no other name than its own.
    expect(said.rest).toContain("403");
    expect(new Set(proxy.tunnels.map(({ target }) => target))).toEqual(new Set(["github.test:80"]));
    expect([...other.tunnels, ...other.plain]).toEqual([]);
  });
});

describe("npm run install-link", () => {
  it("finds its way out by what stands in .env alone, the private authority too", async () => {
    const proxy = await proxyWith({ credentials: CREDENTIALS });
    const { secrets } = world.sandbox;
    const settings = {
      GHE_HOST: github.hostName,
      APP_ID: String(secrets.app_id),
      PRIVATE_KEY: JSON.stringify(secrets.private_key).slice(1, -1),
      WEBHOOKS: "off",
      INTERNAL_API_TOKENS: "x".repeat(32),
      HTTPS_PROXY: proxy.urlWithCredentials,
      NODE_EXTRA_CA_CERTS: github.authoritiesFile,
    };
    const lines = Object.entries(settings).map(([name, value]) => `${name}='${value}'\n`);
    await writeFile(join(world.dataDir, ".env"), lines.join(""));

    onTestFinished(() => rm(join(world.dataDir, ".env")));
    const { stdout, stderr } = await main("install-link");

    expect(stdout).toContain("https://github.test/apps/relyloop/installations/new?state=");
    expect(stderr).toBe("");
    expect(proxy.tunnels).toEqual([{ target: "github.test:443", status: 200 }]);
  });
});

describe("npm start", () => {
  it.each([
    ["HTTPS_PROXY", "socks5://relyloop:hunter2@proxy.acme.example:1080"],
    ["https_proxy", "http://relyloop:hunter2@"],
    ["NODE_EXTRA_CA_CERTS", "/nowhere/hunter2.pem"],
    ["NODE_EXTRA_CA_CERTS", fileURLToPath(import.meta.url)],
  ])("does not start with a %s that is none, and does not say what it is", async (name, value) => {
    const refused = await main("migrate", { [name]: value, DATA_DIR: world.dataDir }).then(
      () => ({ code: 0, stdout: "", stderr: "it started" }),
      (error: { code: number; stdout: string; stderr: string }) => error,
    );
    expect(refused.code).toBe(1);
    // Node has a warning of its own for a file it can't read, which names the file.
    const ours = `${refused.stdout}${refused.stderr}`.replace(/^Warning: Ignoring extra certs from .*$/m, "");
    expect(ours).toContain(`The settings are not usable:\n  - ${name} must`);
    expect(ours).not.toContain("hunter2");
  });
});

/** One of main.ts's commands, in a folder that may hold `.env`. */
const main = (command: string, env: Record<string, string> = {}) =>
  run(process.execPath, [MAIN, command], {
    cwd: world.dataDir,
    env: { ...inherited, ...env },
    timeout: 30_000,
  });

/** One that nobody listens on, at least a moment ago. */
const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};
