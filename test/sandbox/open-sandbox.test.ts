import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openSandbox } from "../../sandbox/open-sandbox.ts";
import { startSandbox } from "../../sandbox/sandbox.ts";
import { SandboxRunningError } from "../../sandbox/server/server-lock.ts";
import { createSandboxClient } from "../support/sandbox-client.ts";

const REPO = "acme/search-config";

let dataDir: string;
const children: ChildProcess[] = [];
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "open-sandbox-"));
});
afterEach(async () => {
  for (const child of children.splice(0)) await end(child, "SIGKILL");
  await rm(dataDir, { recursive: true, force: true });
});

interface Opened {
  child: ChildProcess;
  url: string;
  role: "server" | "guest";
  app_id: number;
}

/** Opens the sandbox in a process of its own. */
async function openInChild(): Promise<Opened> {
  const child = fork(new URL("sandbox-process.ts", import.meta.url), [dataDir], { execArgv: [] });
  children.push(child);
  const [message] = (await once(child, "message")) as [Omit<Opened, "child">];
  return { child, ...message };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill(signal);
  await exited;
}

describe("opening the sandbox", () => {
  it("seeds an organisation with a repository and an installation, once", async () => {
    const first = await startSandbox({ dataDir });
    const { app_id } = first.secrets;
    expect(first.installation("acme")?.repositories).toEqual([REPO]);
    expect(first.app).toMatchObject({ id: app_id, slug: "relyloop", bot_login: "relyloop[bot]" });
    const files = await first.git(REPO, "ls-tree", "-r", "--name-only", "main");
    expect(files.split("\n").filter((path) => path.endsWith(".params.json"))).toHaveLength(3);
    expect(files).toContain(".github/CODEOWNERS");
    const tip = await first.branchTip(REPO, "main");
    await first.close();
    const second = await startSandbox({ dataDir });
    expect(second.secrets.app_id).toBe(app_id);
    expect(await second.branchTip(REPO, "main")).toBe(tip);
    await second.close();
  });

  it("keeps its secrets and folders from other users of the machine", async () => {
    const sandbox = await startSandbox({ dataDir });
    await sandbox.close();
    const mode = async (path: string): Promise<number> => (await stat(join(dataDir, path))).mode & 0o777;
    expect(await mode("sandbox-secrets")).toBe(0o600);
    expect(await mode("sandbox")).toBe(0o700);
    expect(await mode("sandbox/state.json")).toBe(0o600);
    expect(sandbox.secrets.api_token.length).toBeGreaterThanOrEqual(32);
    expect(sandbox.secrets.private_key).toMatch(/^-----BEGIN RSA PRIVATE KEY-----/);
    // No draft of any of them stays behind.
    expect((await readdir(dataDir)).toSorted()).toEqual(["sandbox", "sandbox-secrets"]);
  });

  it("joins the server another process runs, and leaves it running", async () => {
    const server = await openInChild();
    const joined = await openSandbox(dataDir);
    expect(joined).toMatchObject({ url: server.url, sandbox: null, secrets: { app_id: server.app_id } });
    await joined.close();
    expect((await fetch(`${joined.apiUrl}/meta`)).status).toBe(200);
  });

  it("from five processes at the same moment ends with one server", async () => {
    const opened = await Promise.all(Array.from({ length: 5 }, () => openInChild()));
    expect(opened.map(({ role }) => role).toSorted()).toEqual(["guest", "guest", "guest", "guest", "server"]);
    expect(new Set(opened.map(({ url }) => url)).size).toBe(1);
    expect(new Set(opened.map(({ app_id }) => app_id)).size).toBe(1);
  });

  it("is refused in a folder whose sandbox is running here", async () => {
    const sandbox = await startSandbox({ dataDir });
    await expect(startSandbox({ dataDir })).rejects.toThrow(SandboxRunningError);
    await sandbox.close();
    await sandbox.close();
  });

  it("takes the last port again, or another one when somebody has it", async () => {
    const first = await startSandbox({ dataDir });
    await first.close();
    const second = await openSandbox(dataDir);
    expect(second.url).toBe(first.url);
    await second.close();
    const stranger = await listenOn(Number(new URL(first.url).port));
    const third = await openSandbox(dataDir);
    expect(third.sandbox).not.toBeNull();
    expect(third.url).not.toBe(first.url);
    await third.close();
    stranger.close();
  });
});

/** Some other program on the port, which answers everything. */
async function listenOn(port: number): Promise<Server> {
  const server = createServer((_request, response) => response.end('{"instance":"x"}'));
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return server;
}

describe("after a kill -9", () => {
  it("nothing that was answered is lost, and the addresses stay", async () => {
    const { child, url } = await openInChild();
    const { secrets } = await openSandbox(dataDir);
    const guest = { apiUrl: `${url}/api/v3`, secrets, installation: () => ({ id: installationId }) };
    const state = JSON.parse(await readFile(join(dataDir, "sandbox/state.json"), "utf8"));
    const installationId: number = state.installations[0].id;
    const client = createSandboxClient(guest as unknown as Parameters<typeof createSandboxClient>[0]);
    const authorization = `token ${await client.token()}`;
    await fetch(`${url}/_sandbox/repositories/${REPO}/commits`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ branch: "topic", files: { "x.txt": "x\n" } }),
    });
    const body = { title: "Survives", head: "topic", base: "main" };
    const pull = await client.send("POST", `/repos/${REPO}/pulls`, { authorization, body });
    const comment = { authorization, body: { body: "Me too." } };
    expect((await client.send("POST", `/repos/${REPO}/issues/1/comments`, comment)).status).toBe(201);
    await end(child, "SIGKILL");

    const again = await openSandbox(dataDir);
    expect(again.url).toBe(url);
    expect(await again.sandbox?.pulls(REPO)).toMatchObject([
      { title: "Survives", html_url: pull.body.html_url },
    ]);
    expect(await again.sandbox?.comments(REPO, 1)).toMatchObject([{ body: "Me too." }]);
    // The token minted before goes on working, as it would with GitHub.
    expect((await client.send("GET", `/repos/${REPO}`, { authorization })).status).toBe(200);
    await again.close();
  });

  it("a first start that died while seeding is begun anew", async () => {
    const sandbox = await startSandbox({ dataDir });
    await sandbox.close();
    const path = join(dataDir, "sandbox/state.json");
    const half = JSON.parse(await readFile(path, "utf8"));
    const { writeFile } = await import("node:fs/promises");
    await writeFile(path, JSON.stringify({ ...half, seeded: false, installations: [] }));
    const again = await startSandbox({ dataDir });
    expect(again.installation("acme")?.repositories).toEqual([REPO]);
    expect(await again.git(REPO, "fsck", "--strict")).toBe("");
    await again.close();
  });
});
