import { generateKeyPairSync } from "node:crypto";
import { ConfigError, loadConfig } from "../src/config.ts";

export type Environment = Record<string, string>;

export const { privateKey: PEM } = generateKeyPairSync("rsa", {
  modulusLength: 1_024,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs1", format: "pem" },
});

export const TOKEN = "an-api-token-of-more-than-32-characters";

/** A registered app, as an administrator sets it up. */
export const APP: Environment = {
  APP_ID: "12345",
  PRIVATE_KEY: PEM,
  WEBHOOK_SECRET: "whispered",
  INTERNAL_API_TOKENS: TOKEN,
};

/** What is wrong with an environment, problem by problem. */
export const problemsOf = (env: Environment): string[] => {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
};
