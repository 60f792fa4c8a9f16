import { spawn } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { link, open, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { errorCode } from "./error-code.ts";
import { findServer, isAlive, pidFile } from "./find-server.ts";
import { privateFolder } from "./private-folder.ts";
import { CHILD_ENV } from "./run-command.ts";
import type { ServerHome } from "./server-home.ts";

/** PostgreSQL's settings, by their names in its manual. */
export type ServerSettings = Readonly<Record<string, string>>;

/** A server we started. What it is good for only {@link findServer} and a connection can tell. */
export interface StartedServer {
  /** Why it is gone again; null as long as it runs. */
  ended(): string | null;
  /** The end of what it wrote to its log since this start. */
  logTail(): Promise<string>;
  /** Takes the start back, however far it is, and waits for the end. */
  abandon(): Promise<void>;
}

const ABANDON_TIMEOUT_MS = 5_000;
const LOG_SIZE_BYTES_MAX = 1024 * 1024;
const LOG_TAIL_BYTES = 4 * 1024;
/** It only names the socket file; TCP is off. */
const PORT = "5432";
/** Size of sun_path without its final zero: 108 on Linux, 104 on macOS. */
const SOCKET_PATH_BYTES_MAX = process.platform === "linux" ? 107 : 103;

const SETTINGS: ServerSettings = {
  listen_addresses: "",
  port: PORT,
  unix_socket_permissions: "0700",
  max_connections: "100",
  shared_buffers: "64MB",
  timezone: "UTC",
  log_timezone: "UTC",
  log_checkpoints: "off",
};

/**
 * Starts PostgreSQL in a session of its own, so that a Ctrl-C in the terminal reaches us and not the database: it
 * has to outlive our graceful stop. Its output goes to a file, because it may outlive us as well.
 */
export const startServer = async (
  home: ServerHome,
  postgres: string,
  extraSettings: ServerSettings,
): Promise<StartedServer> => {
  await removeForeignPidFile(home);
  const socketFolder = socketFolderOf(home);
  await privateFolder(socketFolder, home.user);
  const settings = { ...SETTINGS, ...extraSettings, unix_socket_directories: quotedInList(socketFolder) };
  const args = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);

  const logPath = join(home.folder, "server.log");
  const log = await open(logPath, (await sizeOf(logPath)) > LOG_SIZE_BYTES_MAX ? "w" : "a", 0o600);
  try {
    const { size: logStart } = await log.stat();
    const child = spawn(postgres, ["-D", home.data, ...args], {
      cwd: "/",
      env: CHILD_ENV,
      detached: true,
      stdio: ["ignore", log.fd, log.fd],
      ...(home.user ? { uid: home.user.uid, gid: home.user.gid } : {}),
    });
    child.unref();
    let ended: string | null = null;
    child.once("error", (error) => {
      ended = error.message;
    });
    child.once("exit", (code, signal) => {
      ended = signal === null ? `exit code ${code}` : `signal ${signal}`;
    });
    return {
      ended: () => ended,
      logTail: () => tailOf(logPath, logStart),
      abandon: async () => {
        if (ended !== null) return;
        const exited = once(child, "exit", { signal: AbortSignal.timeout(ABANDON_TIMEOUT_MS) });
        child.kill("SIGQUIT");
        await exited;
      },
    };
  } finally {
    await log.close();
  }
};

/** In the server's home, or under /tmp where its path would be too long for a socket's address. */
const socketFolderOf = (home: ServerHome): string => {
  const folder = join(home.folder, "socket");
  const path_bytes = Buffer.byteLength(join(folder, `.s.PGSQL.${PORT}`));
  if (path_bytes <= SOCKET_PATH_BYTES_MAX) return folder;
  const hash = createHash("sha256").update(home.folder).digest("hex").slice(0, 16);
  return `/tmp/relyloop-${process.getuid?.() ?? 0}-${hash}`;
};

/** The setting is a comma-separated list; a quoted entry may hold any character. */
const quotedInList = (path: string): string => `"${path.replaceAll('"', '""')}"`;

/**
 * PostgreSQL clears a stale postmaster.pid by itself, except when its process id has gone to another program of
 * the same user, as after a restarted container. Then the file is moved away and read again before it is dropped:
 * should another process have started a server in between, it gets its file back.
 */
const removeForeignPidFile = async (home: ServerHome): Promise<void> => {
  const path = pidFile(home);
  try {
    const judged = await readFile(path, "utf8");
    const pid = Number.parseInt(judged, 10);
    if (!isAlive(pid) || (await findServer(home)) !== null) return;
    const aside = `${path}.${randomUUID()}`;
    await rename(path, aside);
    if ((await readFile(aside, "utf8")) !== judged) await link(aside, path);
    await rm(aside);
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
  }
};

const sizeOf = async (path: string): Promise<number> => {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return 0;
    throw error;
  }
};

const tailOf = async (path: string, from: number): Promise<string> => {
  const bytes = (await readFile(path)).subarray(from);
  return bytes.subarray(-LOG_TAIL_BYTES).toString("utf8").trim();
};
