import { parseArgs } from "node:util";
import { RegisterError } from "./register-error.ts";

export const REGISTER_USAGE = `Usage: npm run register [-- --org <login>] [--name <name>] [--url <address>] [--webhook-url <address>]

  --org          the organisation that shall own the app; without it, your own account
  --name         what the app is called; must be free on the whole of GitHub
  --url          where GitHub and people reach this service, such as https://relyloop-app.example.com
  --webhook-url  where GitHub sends events, if that is not <url>/api/github/webhooks: a webhook proxy, say
`;

const WEBHOOK_PATH = "/api/github/webhooks";
const SETUP_PATH = "/setup";
const URL_LENGTH_MAX = 1_000;
/** GitHub's own bound. */
const NAME_LENGTH_MAX = 34;
const LOGIN = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/;

export interface RegisterOptions {
  org: string | null;
  name: string | null;
  webhookUrl: string | null;
  setupUrl: string | null;
}

/**
 * @param githubUrl the GitHub where the app is registered
 * @throws RegisterError
 */
export const readRegisterOptions = (args: string[], githubUrl: string): RegisterOptions => {
  const { org, name, url, "webhook-url": webhook } = parse(args);
  if (org !== undefined && !LOGIN.test(org))
    throw new RegisterError("--org must be an organisation's login.");
  if (name !== undefined && (name.trim() === "" || name.length > NAME_LENGTH_MAX || /\p{Cc}/u.test(name))) {
    throw new RegisterError(`--name must have 1 to ${NAME_LENGTH_MAX} characters.`);
  }
  const base = url === undefined ? null : readUrl("--url", url);
  const webhookUrl =
    webhook === undefined ? base && `${base}${WEBHOOK_PATH}` : readUrl("--webhook-url", webhook);
  if (webhookUrl !== null && isLoopback(webhookUrl) && !isLoopback(githubUrl)) {
    throw new RegisterError(
      `GitHub can't reach ${new URL(webhookUrl).host}. Give a public --url, or a webhook proxy as --webhook-url, or neither and run with WEBHOOKS=off.`,
    );
  }
  return { org: org ?? null, name: name ?? null, webhookUrl, setupUrl: base && `${base}${SETUP_PATH}` };
};

const parse = (args: string[]) => {
  try {
    const text = { type: "string" } as const;
    return parseArgs({ args, options: { org: text, name: text, url: text, "webhook-url": text } }).values;
  } catch {
    throw new RegisterError(REGISTER_USAGE.trimEnd());
  }
};

/** @returns it without a slash at the end */
const readUrl = (option: string, value: string): string => {
  if (!URL.canParse(value) || value.length > URL_LENGTH_MAX)
    throw new RegisterError(`${option} must be an address.`);
  const url = new URL(value);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback(value))) {
    throw new RegisterError(`${option} must begin with https://`);
  }
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") {
    throw new RegisterError(`${option} must hold no user, no password, no ? and no #`);
  }
  return url.href.replace(/\/+$/, "");
};

const isLoopback = (address: string): boolean =>
  /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(new URL(address).hostname);
