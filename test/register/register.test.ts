import { readFile, stat, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { createTestDatabase } from "../support/postgres.ts";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox.ts";
import { makeFolder, type RunningCommand, shellFor, startCommand } from "./register-process.ts";
import { formOf, locationOf, submit, unescaped, walkToGithub } from "./visitor.ts";

/** Each starts processes, on a machine that may have other things to do. */
vi.setConfig({ testTimeout: 90_000 });

const PUBLIC_URL = "https://relyloop-app.example.org";

let world: TestSandbox;
let folder: string;
let remove: () => Promise<void>;
let running: RunningCommand[] = [];
beforeAll(async () => {
  world = await startTestSandbox();
});
afterAll(() => world.close());
beforeEach(async () => {
  ({ folder, remove } = await makeFolder());
});
afterEach(async () => {
  for (const { kill, ended } of running) {
    kill("SIGKILL");
    await ended;
  }
  running = [];
  await remove();
});

const register = (args: string[] = [], env: Record<string, string> = {}): RunningCommand => {
  const started = startCommand("register", folder, { ...shellFor(world.sandbox), ...env }, args);
  running.push(started);
  return started;
};
const envPath = () => join(folder, ".env");
const readEnv = async () => parseEnv(await readFile(envPath(), "utf8"));

/** Every spelling in which a secret could be said. */
const expectNoSecret = (text: string) => {
  const { private_key, webhook_secret } = world.sandbox.secrets;
  expect(text).not.toContain(webhook_secret);
  expect(text).not.toContain("PRIVATE KEY-----");
  for (const line of private_key.split("\n").filter((one) => one.length > 20))
    expect(text).not.toContain(line);
};

describe("npm run register", () => {
  it("takes app.yml to GitHub and stores the app's credentials, without ever saying them", async () => {
    await writeFile(envPath(), '# mine\nAPP_ID=\nLOG_LEVEL=warn # loud enough\nGREETING="a\\nb"\nLAST=1');
    const started = register(["--org", "acme", "--url", PUBLIC_URL]);
    const url = await started.url;
    expect(started.stdout().split("\n")).toHaveLength(2);

    const { startPage, confirmPage, backUrl } = await walkToGithub(url);
    const back = await fetch(backUrl);
    const done = await back.text();

    expect(back.status, done).toBe(200);
    expect(await started.ended).toBe(0);
    const { app_id, private_key, webhook_secret } = world.sandbox.secrets;
    expect(await readEnv()).toEqual({
      LOG_LEVEL: "warn",
      GREETING: "a\nb",
      LAST: "1",
      APP_ID: String(app_id),
      PRIVATE_KEY: private_key,
      WEBHOOK_SECRET: webhook_secret,
    });
    const text = await readFile(envPath(), "utf8");
    expect(text.startsWith('# mine\nLOG_LEVEL=warn # loud enough\nGREETING="a\\nb"\nLAST=1\nAPP_ID=')).toBe(
      true,
    );
    expect((await stat(envPath())).mode & 0o777).toBe(0o600);
    for (const said of [startPage, confirmPage, done, started.stdout(), started.stderr()])
      expectNoSecret(said);
    const link = new RegExp(`${world.sandbox.url}/apps/relyloop/installations/new\\?state=\\S+`);
    expect(unescaped(done)).toMatch(link);
    expect(started.stdout()).toMatch(link);
    expect(started.stdout()).toContain("INTERNAL_API_TOKENS");
    expect(started.stdout()).not.toContain("WEBHOOKS=off");
  });

  it("shows what will be asked for, with the reasons of app.yml", async () => {
    const page = unescaped(await (await fetch(await register(["--org", "acme"]).url)).text());
    expect(page).toContain("the organisation acme");
    expect(page).toContain("contents: write");
    expect(page).toContain("Read the params file; push a branch with its change and the chart");
    expect(page).toContain("issue_comment");
    expect(page).toContain("Commands in comments.");
  });

  it("says WEBHOOKS=off when GitHub was given no address", async () => {
    const started = register(["--org", "acme"]);
    const { backUrl } = await walkToGithub(await started.url);
    await fetch(backUrl);
    await started.ended;
    expect(started.stdout()).toContain("WEBHOOKS=off");
    expect(started.stdout()).toMatch(/\/apps\/relyloop\/installations\/new$/m);
  });

  it("refuses a wrong state, a missing one and a code sent twice, and goes on waiting for the right one", async () => {
    const started = register();
    const { backUrl } = await walkToGithub(await started.url);
    const wrong = new URL(backUrl);
    wrong.searchParams.set("state", "x".repeat(43));
    const missing = new URL(backUrl);
    missing.searchParams.delete("state");
    const twice = `${backUrl}&code=other`;
    for (const address of [wrong.href, missing.href, twice]) expect((await fetch(address)).status).toBe(403);
    await expect(stat(envPath())).rejects.toThrow("ENOENT");
    expect((await fetch(backUrl)).status).toBe(200);
    expect(await started.ended).toBe(0);
  });

  it("stores what the first of two visits with one code brought", async () => {
    const started = register();
    const { backUrl } = await walkToGithub(await started.url);
    const statuses = await Promise.all(
      [fetch(backUrl), fetch(backUrl)].map((visit) =>
        visit.then(
          ({ status }) => status,
          () => 0,
        ),
      ),
    );
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(await started.ended).toBe(0);
    expect((await readFile(envPath(), "utf8")).match(/^APP_ID=/gm)).toHaveLength(1);
  });

  it("answers only under the loopback address, and only on a path nobody can guess", async () => {
    const { hostname, port, pathname, origin } = new URL(await register().url);
    const statusAs = (host: string, path: string) =>
      new Promise<number>((resolve, reject) => {
        request({ hostname, port, path, headers: { host } }, (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        })
          .on("error", reject)
          .end();
      });
    expect(await statusAs(`127.0.0.1:${port}`, pathname)).toBe(200);
    expect(await statusAs(`localhost:${port}`, pathname)).toBe(200);
    for (const host of [`evil.example.com:${port}`, "127.0.0.1", `127.0.0.1.evil.example.com:${port}`]) {
      expect(await statusAs(host, pathname)).toBe(403);
    }
    expect((await fetch(`${origin}/`)).status).toBe(404);
  });

  it("lets its pages run nothing, and be shown nowhere else", async () => {
    const { headers } = await fetch(await register().url);
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(`form-action ${world.sandbox.url} https:`);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain("unsafe");
    expect(headers.get("cache-control")).toBe("no-store");
  });

  it("ends on Ctrl-C, with nothing registered", async () => {
    const started = register();
    await started.url;
    started.kill("SIGINT");
    expect(await started.ended).toBe(1);
    expect(started.stderr()).toContain("no app was registered");
  });
});

describe("when GitHub is in trouble", () => {
  it("a code it does not know is explained, and the way begins anew with another state", async () => {
    const started = register();
    const url = await started.url;
    const { backUrl } = await walkToGithub(url);
    const bad = new URL(backUrl);
    bad.searchParams.set("code", "0".repeat(40));
    const refused = await fetch(bad);
    expect(refused.status).toBe(400);
    expect(await refused.text()).toContain("good once, and for an hour");
    expect((await fetch(backUrl)).status).toBe(403);

    const { backUrl: again } = await walkToGithub(url);
    expect(new URL(again).searchParams.get("state")).not.toBe(new URL(backUrl).searchParams.get("state"));
    expect((await fetch(again)).status).toBe(200);
    expect(await started.ended).toBe(0);
  });

  it("an answer that does not come loses nothing: the page is loaded again", async () => {
    const started = register();
    const { backUrl } = await walkToGithub(await started.url);
    const path = "/api/v3/app-manifests/*";
    world.sandbox.faults.add({ path, fault: { kind: "ready", name: "bad_gateway" }, times: 1 });
    const failed = await fetch(backUrl);
    expect(failed.status).toBe(502);
    expect(await failed.text()).toContain("Load this page again");
    expect(started.stderr()).toContain("Load this page again");
    expect((await fetch(backUrl)).status).toBe(200);
    expect(await started.ended).toBe(0);
  });

  it("a page that is left while GitHub is asked does not keep the command from ending", async () => {
    const started = register();
    const { backUrl } = await walkToGithub(await started.url);
    const path = "/api/v3/app-manifests/*";
    const held = world.sandbox.faults.add({ path, fault: { kind: "hold", when: "after" } });
    const leaving = new AbortController();
    const left = fetch(backUrl, { signal: leaving.signal });
    await world.sandbox.faults.held(held);
    leaving.abort();
    await expect(left).rejects.toThrow("aborted");
    world.sandbox.faults.remove(held);
    expect(await started.ended).toBe(0);
    expect(started.stdout()).toContain("is registered.");
    expect((await readEnv()).PRIVATE_KEY).toBe(world.sandbox.secrets.private_key);
  });

  it("a name that is taken can be changed on GitHub's page", async () => {
    await world.sandbox.createOrganization("taken-name");
    const started = register(["--name", "Taken name", "--org", "acme"]);
    const url = await started.url;
    const asked = await submit(formOf(await (await fetch(url)).text(), url), new URL(url).origin);
    const confirming = formOf(await asked.text(), asked.url);
    const refused = await submit(confirming);
    const page = await refused.text();
    expect(page).toContain("Name is already taken");
    const again = formOf(page, refused.url);
    const created = await submit({ ...again, fields: { ...again.fields, name: "RelyLoop" } });
    expect((await fetch(locationOf(created))).status).toBe(200);
    expect(await started.ended).toBe(0);
  });
});

describe("with what was stored", () => {
  it("the service starts against that GitHub, and a link for installing it leads to who was registered", async () => {
    const database = await createTestDatabase();
    const started = register(["--org", "acme", "--url", PUBLIC_URL]);
    await fetch((await walkToGithub(await started.url)).backUrl);
    await started.ended;
    const link = startCommand("install-link", folder, {
      ...shellFor(world.sandbox),
      INTERNAL_API_TOKENS: "x".repeat(32),
    });
    expect(await link.ended, link.stderr()).toBe(0);
    const page = await (await fetch(link.stdout().trim())).text();
    expect(page).toContain("Install RelyLoop");

    // It reads .env by itself.
    const settings = { DATABASE_URL: database.url, INTERNAL_API_TOKENS: "x".repeat(32), PORT: "0" };
    const service = startCommand("web", folder, { ...shellFor(world.sandbox), ...settings });
    try {
      const serviceUrl = await service.url;
      const wanted = formOf(page, link.stdout().trim());
      const installed = await submit({ ...wanted, fields: { ...wanted.fields, account: "acme" } });
      const landing = new URL(locationOf(installed));
      expect(landing.origin).toBe(PUBLIC_URL);
      const setup = await (await fetch(`${serviceUrl}${landing.pathname}${landing.search}`)).text();
      expect(setup).toContain("being taken in");
    } finally {
      service.kill("SIGTERM");
      expect(await service.ended, service.stderr()).toBe(0);
      await database.drop();
    }
  });
});
