import { chmod, lstat, mkdir, mkdtemp, realpath, rm, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "pino";
import { AppError } from "../../errors.ts";
import { errorCode } from "./error-code.ts";
import { privateFolder } from "./private-folder.ts";
import { rootFolder } from "./root-folder.ts";
import { canEnter, findServerUser, isRoot, type ServerUser } from "./server-user.ts";

export interface ServerHome {
  /** Real path of the folder that holds the server's data, socket and log. */
  folder: string;
  /** The database cluster: PostgreSQL's data directory. */
  data: string;
  /** Whom the server runs as; null: as ourselves. */
  user: ServerUser | null;
}

/** Others may pass through to the folders inside, which belong to the server's user, and list nothing. */
const PASS_THROUGH = 0o711;

/**
 * Finds or makes `<dataDir>/postgres`. As root the server runs as another user: if that one cannot reach dataDir,
 * `<dataDir>/postgres` is a link to a folder under /var/lib/relyloop, because nobody's folders are opened for it.
 */
export const prepareServerHome = async (dataDir: string, log: Pick<Logger, "info">): Promise<ServerHome> => {
  await mkdir(dataDir, { recursive: true });
  const path = join(dataDir, "postgres");
  if (!isRoot()) {
    // A link is welcome too: somebody gave the database a disk of its own.
    const folder = (await entryExists(path)) ? await followLink(path) : path;
    await privateFolder(folder, null);
    return homeAt(await realpath(folder), null);
  }
  const user = await findServerUser();
  if (!(await entryExists(path))) await makeAsRoot(path, dataDir, user, log);
  const folder = await followLink(path);
  return homeAt(folder, (await ownerOfData(folder)) ?? user);
};

const homeAt = (folder: string, user: ServerUser | null): ServerHome => ({
  folder,
  data: join(folder, "data"),
  user,
});

const makeAsRoot = async (
  path: string,
  dataDir: string,
  user: ServerUser,
  log: Pick<Logger, "info">,
): Promise<void> => {
  if (await canEnter(user, dataDir)) {
    await mkdir(path, { recursive: true });
    await chmod(path, PASS_THROUGH);
    return;
  }
  const elsewhere = await mkdtemp(join(await rootFolder(), "postgres-"));
  await chmod(elsewhere, PASS_THROUGH);
  try {
    await symlink(elsewhere, path);
    log.info({ path, elsewhere, uid: user.uid }, "the user PostgreSQL runs as cannot reach DATA_DIR");
  } catch (error) {
    await rm(elsewhere, { recursive: true });
    // Another process that starts at the same moment made it first; its place is ours too.
    if (errorCode(error) !== "EEXIST") throw error;
  }
};

const entryExists = async (path: string): Promise<boolean> => {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return false;
    throw error;
  }
};

const followLink = async (path: string): Promise<string> => {
  try {
    return await realpath(path);
  } catch (cause) {
    throw new AppError(
      "DATABASE_UNAVAILABLE",
      `${path} links to a folder that is gone, and the embedded database with it. ` +
        "Bring the folder back, or remove the link to begin with an empty database.",
      { cause },
    );
  }
};

/** Data stay with the user who owns them, whoever would be chosen today. */
const ownerOfData = async (folder: string): Promise<ServerUser | null> => {
  try {
    const { uid, gid } = await stat(join(folder, "data"));
    return uid === 0 ? null : { uid, gid };
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    throw error;
  }
};
