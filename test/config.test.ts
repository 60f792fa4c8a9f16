import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { ConfigError, loadConfig } from "../src/config.ts";
import { APP, PEM, problemsOf } from "./config-environments.ts";

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
