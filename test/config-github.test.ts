import { createPrivateKey } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadConfig } from "../src/config.ts";
import { APP, type Environment, PEM, problemsOf, TOKEN } from "./config-environments.ts";

const PRODUCTION = { ...APP, NODE_ENV: "production", DATABASE_URL: "postgresql://db.internal/relyloop" };

const without = (env: Environment, ...keys: string[]): Environment =>
  Object.fromEntries(Object.entries(env).filter(([key]) => !keys.includes(key)));

describe("the app's credentials", () => {
  it.each([["APP_ID"], ["PRIVATE_KEY"], ["WEBHOOK_SECRET"], ["APP_ID", "WEBHOOK_SECRET"]])(
    "go together: without %s it does not start",
    (...missing) => {
      const problems = problemsOf(without(APP, ...missing));
      expect(problems.map((problem) => problem.split(" ")[0])).toEqual(missing);
      expect(problems[0]).toContain("must be set as well");
    },
  );

  it("need no webhook secret where webhooks are off", () => {
    const config = loadConfig({ ...without(APP, "WEBHOOK_SECRET"), WEBHOOKS: "off" });
    expect(config).toMatchObject({ webhooks: false, github: { kind: "app", webhookSecret: null } });
  });

  it("are not complete with a webhook secret alone, whether webhooks are on or off", () => {
    for (const WEBHOOKS of ["on", "off"]) {
      const problems = problemsOf({ WEBHOOK_SECRET: "whispered", WEBHOOKS, INTERNAL_API_TOKENS: TOKEN });
      expect(problems.map((problem) => problem.split(" ")[0])).toEqual(["APP_ID", "PRIVATE_KEY"]);
    }
  });

  it("come with API tokens of the operator's own: one is made up for the sandbox only", () => {
    expect(problemsOf(without(APP, "INTERNAL_API_TOKENS"))).toEqual([
      expect.stringMatching(/^INTERNAL_API_TOKENS must be set: /),
    ]);
  });
});

describe("the private key", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "relyloop-config-"));
    await writeFile(join(folder, "key.pem"), PEM);
    await writeFile(
      join(folder, "other.pem"),
      "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
    );
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const keyOf = (env: Environment): string => {
    const { github } = loadConfig({ ...without(APP, "PRIVATE_KEY"), ...env });
    if (github.kind !== "app") throw new Error("these are an app's credentials");
    return github.privateKey;
  };

  it.each([
    ["as it is", PEM],
    ["on one line with \\n", PEM.trim().replaceAll("\n", "\\n")],
    ["in base64", Buffer.from(PEM).toString("base64")],
  ])("is taken %s", (_how, PRIVATE_KEY) => {
    expect(keyOf({ PRIVATE_KEY })).toBe(PEM.trim());
  });

  it("is read from the file PRIVATE_KEY_PATH names", () => {
    expect(keyOf({ PRIVATE_KEY_PATH: join(folder, "key.pem") })).toBe(PEM.trim());
  });

  it("is refused when the file can't be read, holds something else, or both are set", () => {
    const keyless = without(APP, "PRIVATE_KEY");
    expect(problemsOf({ ...keyless, PRIVATE_KEY_PATH: join(folder, "none.pem") })).toEqual([
      "PRIVATE_KEY_PATH names a file that can't be read",
    ]);
    expect(problemsOf({ ...keyless, PRIVATE_KEY_PATH: join(folder, "other.pem") })).toEqual([
      "PRIVATE_KEY_PATH is not an RSA private key in PEM form",
    ]);
    expect(problemsOf({ ...APP, PRIVATE_KEY: "not a key" })).toEqual([
      "PRIVATE_KEY is not an RSA private key in PEM form",
    ]);
    expect(problemsOf({ ...APP, PRIVATE_KEY_PATH: join(folder, "key.pem") })).toEqual([
      "PRIVATE_KEY and PRIVATE_KEY_PATH are both set: keep one",
    ]);
  });

  // PKCS #1 (RFC 8017, A.1.2): a sequence of nine numbers; of a key of 1,024 bits the modulus is bytes 11 to 138.
  it.each([
    ["in its frame", 0],
    ["in its modulus, which only its signature tells", 40],
  ])("is refused when it is damaged %s", (_where, byte) => {
    const der = createPrivateKey(PEM).export({ type: "pkcs1", format: "der" });
    der.writeUInt8(der.readUInt8(byte) ^ 0xff, byte);
    const body = der.toString("base64").replace(/(.{64})(?!$)/g, "$1\n");
    const damaged = `-----BEGIN RSA PRIVATE KEY-----\n${body}\n-----END RSA PRIVATE KEY-----\n`;
    expect(problemsOf({ ...APP, PRIVATE_KEY: damaged })).toEqual([
      "PRIVATE_KEY is not an RSA private key in PEM form",
    ]);
  });
});

describe("in production", () => {
  it("it listens to the network, on the operator's own database and GitHub", () => {
    expect(loadConfig(PRODUCTION)).toMatchObject({
      production: true,
      host: "0.0.0.0",
      databaseUrl: PRODUCTION.DATABASE_URL,
      github: { kind: "app" },
    });
    expect(loadConfig({ ...PRODUCTION, HOST: "10.0.0.1" }).host).toBe("10.0.0.1");
  });

  it("there is neither an embedded database nor a sandbox nor a token made up", () => {
    const problems = problemsOf({ NODE_ENV: "production" });
    expect(problems.map((problem) => problem.split(" ")[0])).toEqual(["DATABASE_URL", "INTERNAL_API_TOKENS"]);
    const config = loadConfig(without(PRODUCTION, "APP_ID", "PRIVATE_KEY", "WEBHOOK_SECRET"));
    expect(config.github).toEqual({ kind: "none" });
  });

  it.each([
    ["GHE_PROTOCOL", "http"],
    ["GITHUB_API_URL", "http://ghe.example/api"],
    ["GITHUB_API_URL", "HTTP://ghe.example/api"],
  ])("%s=%s is refused: tokens would travel in the clear", (key, value) => {
    expect(problemsOf({ ...PRODUCTION, [key]: value })).toEqual([
      `${key} must not be http when NODE_ENV=production`,
    ]);
    expect(problemsOf({ ...APP, [key]: value })).toEqual([]);
  });
});

describe("GitHub's addresses", () => {
  it.each([
    [{}, "https://github.com", "https://api.github.com"],
    [{ GHE_HOST: "GitHub.com" }, "https://GitHub.com", "https://api.github.com"],
    [{ GHE_HOST: "ghe.example" }, "https://ghe.example", "https://ghe.example/api/v3"],
    [
      { GHE_HOST: "127.0.0.1:8080", GHE_PROTOCOL: "http" },
      "http://127.0.0.1:8080",
      "http://127.0.0.1:8080/api/v3",
    ],
    [
      { GHE_HOST: "acme.ghe.com", GITHUB_API_URL: "https://api.acme.ghe.com/" },
      "https://acme.ghe.com",
      "https://api.acme.ghe.com",
    ],
  ])("of %j are %s and %s", (env, webUrl, apiUrl) => {
    expect(loadConfig({ ...APP, ...env }).githubHost).toEqual({ webUrl, apiUrl });
  });
});
