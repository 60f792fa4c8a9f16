import { randomBytes } from "node:crypto";
import {
  access,
  constants,
  type FileHandle,
  open,
  readFile,
  realpath,
  rename,
  rm,
  stat,
} from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { parseEnv } from "node:util";
import { RegisterError } from "./register-error.ts";

/** What GitHub hands out once, and the service needs from then on. */
export interface AppCredentials {
  appId: number;
  /** PEM, with its line breaks. */
  privateKey: string;
  /** null: GitHub made none. */
  webhookSecret: string | null;
}

export interface EnvFile {
  readonly path: string;
  /**
   * Adds the credentials, in one step and with mode 600; every other line stays as it is.
   * @throws RegisterError when they can't be stored; nothing is changed then
   */
  save(credentials: AppCredentials): Promise<void>;
}

const MODE = 0o600;
const SIZE_BYTES_MAX = 1024 * 1024;
/** Any of them says that the service has its app already. */
const CREDENTIAL_KEYS = ["APP_ID", "PRIVATE_KEY", "PRIVATE_KEY_PATH", "WEBHOOK_SECRET"];
/** `NAME=` without a value: blank is unset, and the new line takes its place. */
const BLANK_LINE =
  /^[ \t]*(?:export[ \t]+)?(?:APP_ID|PRIVATE_KEY|WEBHOOK_SECRET)[ \t]*=[ \t]*(?:""|''|``)?[ \t]*(?:#.*)?\r?\n?/gm;
/** To try the file with, before GitHub has made anything. */
const SAMPLE: AppCredentials = {
  appId: 1,
  privateKey: "-----BEGIN RSA PRIVATE KEY-----\nMA==\n-----END RSA PRIVATE KEY-----\n",
  webhookSecret: "0123456789abcdef",
};

/** @returns the names of credentials that are set; blank is unset */
export const configuredCredentials = (env: Record<string, string | undefined>): string[] =>
  CREDENTIAL_KEYS.filter((key) => (env[key] ?? "").trim() !== "");

/**
 * Makes sure, before anything is asked of GitHub, that credentials can be stored in the file: it can be read and
 * written, understands what would be added, and holds none yet.
 * @throws RegisterError
 */
export const openEnvFile = async (wanted: string): Promise<EnvFile> => {
  // A link stays a link.
  const path = await realpath(wanted).catch(() => wanted);
  compose(await readText(path), SAMPLE, path);
  if (await exists(path)) await access(path, constants.W_OK).catch((error) => refuse(path, error));
  const draft = await writeDraft(path, "").catch((error) => refuse(path, error));
  await rm(draft, { force: true });
  return {
    path,
    async save(credentials) {
      // Read again: somebody may have edited it meanwhile.
      const text = compose(await readText(path), credentials, path);
      let written: string | undefined;
      try {
        written = await writeDraft(path, text);
        await rename(written, path);
      } catch (error) {
        if (written !== undefined) await rm(written, { force: true });
        refuse(path, error);
      }
    },
  };
};

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

const readText = async (path: string): Promise<string> => {
  try {
    const { size } = await stat(path);
    if (size > SIZE_BYTES_MAX) throw new RegisterError(`${path} is larger than ${SIZE_BYTES_MAX} bytes.`);
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    if (error instanceof RegisterError) throw error;
    return refuse(path, error);
  }
};

const refuse = (path: string, error: unknown): never => {
  const code = (error as NodeJS.ErrnoException).code ?? "an unknown error";
  throw new RegisterError(`The app's credentials can't be stored in ${path} (${code}).`, { cause: error });
};

/**
 * The file's text with the credentials added. What was made is read back with the parser that reads it at a start, so
 * that nothing in the file (an open quote, say) can swallow a line of it.
 */
const compose = (
  text: string,
  { appId, privateKey, webhookSecret }: AppCredentials,
  path: string,
): string => {
  const before = parseEnv(text);
  const taken = configuredCredentials(before);
  if (taken.length > 0) {
    throw new RegisterError(
      `${path} holds ${taken.join(", ")} already. Take out what belongs to another app.`,
    );
  }
  const kept = text.replace(BLANK_LINE, "");
  const lines = [
    `APP_ID=${appId}`,
    `PRIVATE_KEY="${privateKey.replaceAll("\n", "\\n")}"`,
    ...(webhookSecret === null ? [] : [`WEBHOOK_SECRET='${webhookSecret}'`]),
  ];
  const composed = `${kept}${kept === "" || kept.endsWith("\n") ? "" : "\n"}${lines.join("\n")}\n`;
  const added: NodeJS.Dict<string> = { APP_ID: String(appId), PRIVATE_KEY: privateKey };
  if (webhookSecret !== null) added.WEBHOOK_SECRET = webhookSecret;
  if (!sameValues(parseEnv(composed), { ...withoutCredentials(before), ...added })) {
    throw new RegisterError(
      `${path} can't be added to: a value in it seems to have an opening quote and no closing one.`,
    );
  }
  return composed;
};

const withoutCredentials = (values: NodeJS.Dict<string>): NodeJS.Dict<string> =>
  Object.fromEntries(
    Object.entries(values).filter(([key]) => !["APP_ID", "PRIVATE_KEY", "WEBHOOK_SECRET"].includes(key)),
  );

const sameValues = (one: NodeJS.Dict<string>, other: NodeJS.Dict<string>): boolean => {
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => one[key] === other[key]);
};

/**
 * Beside the file, so that it can take its place in one step; git ignores the name, should a crash leave it behind.
 * @returns its path
 */
const writeDraft = async (path: string, text: string): Promise<string> => {
  const draft = join(dirname(path), `${basename(path)}-${randomBytes(6).toString("hex")}.pem`);
  const handle = await open(draft, "wx", MODE);
  try {
    // Whatever the umask takes away.
    await handle.chmod(MODE);
    await keepOwner(handle, path);
    await handle.writeFile(text);
    await handle.sync();
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
  return draft;
};

/** Root may run this for a service that runs as somebody else. Others can't give files away, and need not. */
const keepOwner = async (handle: FileHandle, path: string): Promise<void> => {
  const [mine, theirs] = [await handle.stat(), await stat(path).catch(() => null)];
  if (theirs === null || theirs.uid === mine.uid) return;
  await handle.chown(theirs.uid, theirs.gid).catch(() => undefined);
};
