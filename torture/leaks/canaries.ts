import { randomBytes } from "node:crypto";
import type { Secret } from "./secret.ts";

/**
 * Secrets the service is configured with and those that people paste by mistake, all made for one run, so that wherever
 * one is found it got there in this run: a seed does not repeat them.
 */
export interface Canaries {
  webhookSecret: string;
  webhookSecretPrevious: string;
  apiToken: string;
  readerToken: string;
  databasePassword: string;
  proxyPassword: string;
  /** API tokens nobody uses, one for each {@link Paste}: what is pasted may be what the service knows by value. */
  spareTokens: string[];
  /** What callers paste into the fields of the API. */
  paste: Paste;
  /** What people paste on GitHub, and what GitHub says. */
  githubPaste: Paste;
  /** Pasted as the value of a parameter, and as a name that is a part of paths: both are the change itself. */
  pastedValue: string;
  pastedName: string;
  secrets: Secret[];
}

export interface Paste {
  /** Tokens of both forms, an address with a password, a header with an API token and a key. */
  text: string;
  /** One token, for where there is less room. */
  token: string;
  /** The API token in the text. */
  apiToken: string;
  secrets: Secret[];
}

/** Where what people pasted may stand all the same. */
export interface PasteRules {
  api: NonNullable<Secret["mayStandIn"]>;
  github: NonNullable<Secret["mayStandIn"]>;
  change: NonNullable<Secret["mayStandIn"]>;
}

const LONG_SIGNATURE_BYTES = 128;
/** Of an RSA key of 2048 bits. What looks like one is enough, and takes no time to make. */
const KEY_BYTES = 1_192;
const PEM_LINE = /.{1,64}/g;

/** @param privateKey the app's, PEM */
export const createCanaries = (privateKey: string, rules: PasteRules): Canaries => {
  const hidden = {
    webhookSecret: hex(24),
    webhookSecretPrevious: hex(24),
    apiToken: hex(24),
    readerToken: hex(24),
    // What an address has to escape.
    databasePassword: `Pg+/${hex(12)}=&%`,
    proxyPassword: `Px ${hex(12)}@:`,
  };
  const [value, name] = [hex(18), hex(18)];
  const paste = createPaste("to the API", rules.api);
  const githubPaste = createPaste("on GitHub", rules.github);
  return {
    ...hidden,
    spareTokens: [paste.apiToken, githubPaste.apiToken],
    paste,
    githubPaste,
    pastedValue: `ghs_${value}`,
    pastedName: `ghs_${name}`,
    secrets: [
      { kind: "the app's key", parts: bodyLinesOf(privateKey) },
      { kind: "the app's JWT", parts: [APP_JWT_HEADER] },
      ...Object.entries(hidden).map(([key, secret]) => ({ kind: `the ${words(key)}`, parts: [secret] })),
      ...paste.secrets,
      ...githubPaste.secrets,
      { kind: "a token pasted as a value", parts: [value], mayStandIn: rules.change },
      { kind: "a token pasted as a name", parts: [name], mayStandIn: rules.change },
    ],
  };
};

const createPaste = (where: string, mayStandIn: NonNullable<Secret["mayStandIn"]>): Paste => {
  const [short, long, password, apiToken] = [hex(18), hex(LONG_SIGNATURE_BYTES), hex(16), hex(24)];
  const token = `ghs_${short}`;
  const claims = Buffer.from(JSON.stringify({ typ: "JWT", alg: "none" })).toString("base64url");
  const key = pemOf(randomBytes(KEY_BYTES).toString("base64"));
  return {
    text: [
      `It is ${token}, or ghs_4711_${claims}.${claims}.${long}`,
      `postgresql://relyloop:${password}@db.acme.example/relyloop`,
      `Authorization: Bearer ${apiToken}`,
      key.replaceAll("\n", "\\n"),
    ].join(" "),
    token,
    apiToken,
    secrets: [
      { kind: `a token pasted ${where}`, parts: [short, long], mayStandIn },
      { kind: `a password pasted ${where}`, parts: [password], mayStandIn },
      { kind: `an API token pasted ${where}`, parts: [apiToken], mayStandIn },
      { kind: `a key pasted ${where}`, parts: bodyLinesOf(key), mayStandIn },
    ],
  };
};

const hex = (size_bytes: number): string => randomBytes(size_bytes).toString("hex");

/** Every JWT the app signs itself in with begins so, and no other text here does: `{"alg":"RS256","typ":"JWT"}`. */
const APP_JWT_HEADER = Buffer.from(JSON.stringify({ alg: "RS256", typ: "JWT" })).toString("base64url");

const pemOf = (base64: string): string =>
  [
    "-----BEGIN RSA PRIVATE KEY-----",
    ...(base64.match(PEM_LINE) ?? []),
    "-----END RSA PRIVATE KEY-----",
  ].join("\n");

/** Without the first line, with which every RSA key begins alike, and the short last one. */
const bodyLinesOf = (pem: string): string[] =>
  pem
    .split("\n")
    .slice(2)
    .filter((line) => /^[A-Za-z0-9+/=]{64}$/.test(line));

const words = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
