import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseEnv } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { formOf, locationOf, submit, walkToGithub } from "../register/visitor.ts";
import { inherited } from "../support/inherited.ts";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox.ts";
import { codeWordsOf, fencesOf, projectPath, readDocument } from "./read-markdown.ts";

const COMMAND_TIMEOUT_MS = 60_000;
/** Node and main.ts read these; `loadConfig` reads all others. */
const CONNECTION_SETTINGS = ["HTTPS_PROXY", "NO_PROXY", "NODE_EXTRA_CA_CERTS"];
/** In capitals, and no settings. */
const CODES = ["GITHUB_NOT_CONFIGURED", "GET"];

const install = readDocument("docs/install.md");
const commands = fencesOf(install)
  .filter(({ language }) => language === "sh")
  .flatMap(({ text }) => text.trimEnd().split("\n"));

/** Every name that `loadConfig` looks up. */
const knownSettings = (): string[] => {
  const names: string[] = [];
  loadConfig(new Proxy({}, { get: (_target, name) => void names.push(String(name)) }));
  return [...names, ...CONNECTION_SETTINGS];
};

describe("docs/install.md", () => {
  it("names only settings that there are", () => {
    const named = [...codeWordsOf(install), ...commands]
      .flatMap((text) => [...text.matchAll(/\b[A-Z][A-Z0-9]*_[A-Z_]+\b/g)].map(([name]) => name))
      .filter((name) => !CODES.includes(name));
    expect(named.length).toBeGreaterThan(20);
    expect(knownSettings()).toEqual(expect.arrayContaining([...new Set(named)]));
  });

  it("gives values that the settings take", () => {
    const given = [...install.matchAll(/\b(GHE_HOST|GITHUB_API_URL|GHE_PROTOCOL|WEBHOOKS)=([^\s`)]+)/g)];
    expect(given.length).toBeGreaterThan(5);
    for (const [, name = "", value = ""] of given) expect(() => loadConfig({ [name]: value })).not.toThrow();
  });

  it("walks through every way of installing", () => {
    for (const heading of [
      "## GitHub Enterprise Server",
      "## Behind a proxy",
      "## Without inbound connections",
      "## On a developer's machine",
      "## Changing secrets",
      "## Uninstalling",
    ]) {
      expect(install).toContain(`\n${heading}\n`);
    }
  });

  it("names routes that the service has", async () => {
    const manifest = readDocument("app.yml");
    for (const path of ["/api/github/webhooks", "/setup"]) {
      expect(install).toContain(`| \`${path}\` |`);
      expect(manifest).toContain(`https://relyloop.example.com${path}\n`);
    }
  });
});

describe("its commands, as they stand there", () => {
  let world: TestSandbox;
  let folder: string;
  beforeAll(async () => {
    world = await startTestSandbox();
    // A checkout as far as npm looks: `.env` is written into it.
    folder = await mkdtemp(join(tmpdir(), "install-"));
    await copyFile(projectPath("package.json"), join(folder, "package.json"));
    await symlink(projectPath("src"), join(folder, "src"));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
    await world.close();
  });

  /** Without npm's own steps before the script, which would install packages. */
  const start = (command: string, env: Record<string, string> = {}) => {
    const child = spawn(
      "bash",
      ["--norc", "-c", `exec ${command.replace(/^(npm run \S+)/, "$1 --ignore-scripts")}`],
      {
        cwd: folder,
        timeout: COMMAND_TIMEOUT_MS,
        stdio: ["ignore", "pipe", "pipe"],
        env: {
          ...inherited,
          PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
          HOME: folder,
          GHE_HOST: world.sandbox.host,
          GHE_PROTOCOL: "http",
          ...env,
        },
      },
    );
    let said = "";
    const heard = Promise.withResolvers<string>();
    child.stdout.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      const [url] = /http:\/\/127\.0\.0\.1:\d+\/\S+/.exec(said) ?? [];
      if (url !== undefined && said.endsWith("\n")) heard.resolve(url);
    });
    child.stderr.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    const ended = once(child, "close").then(([code]) => code as number | null);
    void ended.then((code) => heard.reject(new Error(`it ended with ${code}: ${said}`)));
    heard.promise.catch(() => undefined);
    return { url: heard.promise, ended, said: () => said };
  };

  it("register the app, and print a link that installs it", { timeout: 120_000 }, async () => {
    const [register = "", ...others] = commands.filter((line) => line.startsWith("npm run register"));
    expect(register).toBe("npm run register -- --org acme --url https://relyloop-app.example.com");
    expect(others).toHaveLength(3);
    const registering = start(register);
    const { backUrl } = await walkToGithub(await registering.url);
    expect((await fetch(backUrl)).status).toBe(200);
    expect(await registering.ended, registering.said()).toBe(0);
    const stored = parseEnv(await readFile(join(folder, ".env"), "utf8"));
    expect(Object.keys(stored).sort()).toEqual(["APP_ID", "PRIVATE_KEY", "WEBHOOK_SECRET"]);
    expect(world.sandbox.hooks.url()).toBe("https://relyloop-app.example.com/api/github/webhooks");

    const linking = start(commands.find((line) => line.includes("install-link")) ?? "", {
      INTERNAL_API_TOKENS: "x".repeat(32),
    });
    expect(await linking.ended, linking.said()).toBe(0);
    const link = await linking.url;
    await world.sandbox.createOrganization("globex");
    const form = formOf(await (await fetch(link)).text(), link);
    const landing = locationOf(await submit({ ...form, fields: { ...form.fields, account: "globex" } }));
    expect(landing).toMatch(
      /^https:\/\/relyloop-app\.example\.com\/setup\?installation_id=\d+&setup_action=install&state=/,
    );
  });
});
