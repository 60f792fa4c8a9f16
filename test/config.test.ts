import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ConfigError, loadConfig } from "../src/config.ts";

type Environment = Record<string, string>;

const { privateKey: PEM } = generateKeyPairSync("rsa", {
  modulusLength: 1_024,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs1", format: "pem" },
});
const TOKEN = "an-api-token-of-more-than-32-characters";
const APP = { APP_ID: "12345", PRIVATE_KEY: PEM, WEBHOOK_SECRET: "whispered", INTERNAL_API_TOKENS: TOKEN };
const PRODUCTION = { ...APP, NODE_ENV: "production", DATABASE_URL: "postgresql://db.internal/relyloop" };

/** What is wrong with an environment, problem by problem. */
const problemsOf = (env: Environment): string[] => {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
};

const without = (env: Environment, ...keys: string[]): Environment =>
  Object.fromEntries(Object.entries(env).filter(([key]) => !keys.includes(key)));

describe("the settings of an empty environment", () => {
  it("are the defaults, with the sandbox for GitHub and the embedded database", () => {
    expect(loadConfig({})).toEqual({
      production: false,
      host: "127.0.0.1",
      port: 3000,
      workerPort: 3001,
      databaseUrl: null,
      dataDir: resolve("./data"),
      github: { kind: "sandbox" },
      githubHost: { webUrl: "https://github.com", apiUrl: "https://api.github.com" },
      webhooks: true,
      allowedAccounts: [],
      apiTokens: [],
      relyloopBaseUrl: null,
      gitAuthor: { name: null, email: null },
      prPollMinutes: 15,
      workerConcurrency: 8,
      logLevel: null,
    });
  });

  it("are the same when every key is there but blank", () => {
    const keys = [
      "PORT",
      "HOST",
      "DATABASE_URL",
      "APP_ID",
      "PRIVATE_KEY",
      "WEBHOOKS",
      "LOG_LEVEL",
      "GHE_HOST",
    ];
    const blank = Object.fromEntries(keys.map((key, index) => [key, index % 2 === 0 ? "" : "  "]));
    expect(loadConfig(blank)).toEqual(loadConfig({}));
  });

  it("are frozen to the last level", () => {
    const config = loadConfig({ ...APP, ALLOWED_ACCOUNTS: "acme" });
    const thawed = (value: unknown, path: string): string[] =>
      typeof value !== "object" || value === null
        ? []
        : [
            ...(Object.isFrozen(value) ? [] : [path]),
            ...Object.entries(value).flatMap(([key, inner]) => thawed(inner, `${path}.${key}`)),
          ];
    expect(config.apiTokens[0]?.scopes).toHaveLength(3);
    expect(thawed(config, "config")).toEqual([]);
  });
});

describe("settings that are given", () => {
  it("replace the defaults", () => {
    const config = loadConfig({
      ...APP,
      PORT: "0",
      HOST: "::1",
      DATABASE_URL: "postgres:///relyloop?host=/run/postgresql",
      DATA_DIR: "/var/lib/relyloop",
      WEBHOOK_SECRET_PREVIOUS: "whispered before",
      WEBHOOKS: "on",
      ALLOWED_ACCOUNTS: " Acme, globex ,,",
      RELYLOOP_BASE_URL: "https://relyloop.example/ui/",
      GIT_AUTHOR_NAME: "Relevance Bot",
      GIT_AUTHOR_EMAIL: "bot@example.com",
      PR_POLL_MINUTES: "5",
      WORKER_CONCURRENCY: "64",
      LOG_LEVEL: "debug",
    });
    expect(config).toMatchObject({
      port: 0,
      host: "::1",
      databaseUrl: "postgres:///relyloop?host=/run/postgresql",
      dataDir: "/var/lib/relyloop",
      github: {
        kind: "app",
        appId: 12345,
        privateKey: PEM.trim(),
        webhookSecret: "whispered",
        webhookSecretPrevious: "whispered before",
      },
      webhooks: true,
      allowedAccounts: ["acme", "globex"],
      relyloopBaseUrl: "https://relyloop.example/ui",
      gitAuthor: { name: "Relevance Bot", email: "bot@example.com" },
      prPollMinutes: 5,
      workerConcurrency: 64,
      logLevel: "debug",
    });
  });

  it.each([
    ["PORT", "65536"],
    ["PORT", "-1"],
    ["PORT", "3e3"],
    ["PORT", "3000x"],
    ["HOST", "a\nb"],
    ["DATABASE_URL", "mysql://db/relyloop"],
    ["APP_ID", "Iv1.8a61f9b3a7aba766"],
    ["APP_ID", "0"],
    ["WEBHOOK_SECRET", "short"],
    ["WEBHOOKS", "yes"],
    ["GHE_HOST", "https://ghe.example"],
    ["GHE_HOST", "ghe.example/github"],
    ["GHE_PROTOCOL", "ftp"],
    ["GITHUB_API_URL", "ghe.example/api"],
    ["GITHUB_API_URL", "https://user:pass@ghe.example/api"],
    ["RELYLOOP_BASE_URL", "javascript:alert(1)"],
    ["GIT_AUTHOR_NAME", "Mallory <mallory@example.com>"],
    ["GIT_AUTHOR_EMAIL", "a b@example.com"],
    ["PR_POLL_MINUTES", "0"],
    ["PR_POLL_MINUTES", "1441"],
    ["WORKER_CONCURRENCY", "65"],
    ["WORKER_CONCURRENCY", "1.5"],
    ["LOG_LEVEL", "verbose"],
  ])("are refused where they can't be meant: %s=%j", (key, value) => {
    const problems = problemsOf({ ...APP, [key]: value });
    expect(problems.length).toBeGreaterThan(0);
    for (const problem of problems) expect(problem).toMatch(new RegExp(`^${key} must `));
  });

  it("are told all at once when they are bad, those that miss and the tokens too", () => {
    const problems = problemsOf({
      NODE_ENV: "production",
      PORT: "many",
      LOG_LEVEL: "loud",
      APP_ID: "not a number",
      GHE_PROTOCOL: "http",
      INTERNAL_API_TOKENS: "too-short",
    });
    const keys = problems.map((problem) => problem.split(/[ ,]/)[0]).sort();
    expect(keys).toEqual([
      "APP_ID",
      "DATABASE_URL",
      "GHE_PROTOCOL",
      "INTERNAL_API_TOKENS",
      "LOG_LEVEL",
      "PORT",
      "PRIVATE_KEY",
      "WEBHOOK_SECRET",
    ]);
  });

  it("never stand in the message: they may be secret", () => {
    const env = {
      PORT: "value-of-PORT",
      DATABASE_URL: "mysql://relyloop:value-of-DATABASE_URL@db/x",
      APP_ID: "value-of-APP_ID",
      PRIVATE_KEY: "value-of-PRIVATE_KEY",
      PRIVATE_KEY_PATH: "/no/such/value-of-PRIVATE_KEY_PATH",
      WEBHOOK_SECRET: "value-of\nWEBHOOK_SECRET",
      WEBHOOK_SECRET_PREVIOUS: "value-of\nWEBHOOK_SECRET_PREVIOUS",
      WEBHOOKS: "value-of-WEBHOOKS",
      GHE_HOST: "value-of/GHE_HOST",
      GHE_PROTOCOL: "value-of-GHE_PROTOCOL",
      GITHUB_API_URL: "https://me:value-of-GITHUB_API_URL@ghe.example",
      INTERNAL_API_TOKENS: "value-of-A,value-of name:value-of-SCOPE:value-of-B,value-of:c",
      LOG_LEVEL: "value-of-LOG_LEVEL",
    };
    const error = (() => {
      try {
        return loadConfig(env);
      } catch (thrown) {
        return thrown as ConfigError;
      }
    })();
    expect(error).toBeInstanceOf(ConfigError);
    for (const key of Object.keys(env)) expect((error as ConfigError).message).toContain(key);
    expect(`${(error as ConfigError).message}${(error as ConfigError).stack}`).not.toContain("value-of");
  });
});

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
      "PRIVATE_KEY_PATH is not a PEM private key",
    ]);
    expect(problemsOf({ ...APP, PRIVATE_KEY: "not a key" })).toEqual([
      "PRIVATE_KEY is not a PEM private key",
    ]);
    expect(problemsOf({ ...APP, PRIVATE_KEY_PATH: join(folder, "key.pem") })).toEqual([
      "PRIVATE_KEY and PRIVATE_KEY_PATH are both set: keep one",
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
