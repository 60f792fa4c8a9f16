import { DatabaseSync } from "node:sqlite";

/** Another server, of this or another process, has the same data folder open. */
export class SandboxRunningError extends Error {
  constructor(folder: string) {
    super(`A sandbox is running already in ${folder}.`);
    this.name = "SandboxRunningError";
  }
}

/**
 * Makes this the only server of the folder until the returned function is called. SQLite's exclusive lock
 * belongs to the process in the kernel's eyes, so a `kill -9` frees it at once and nothing stale is left to judge,
 * as there would be with a file that holds a pid.
 * @throws SandboxRunningError
 */
export function lockServer(folder: string): () => void {
  const database = new DatabaseSync(`${folder}/server.lock`);
  try {
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    if (error instanceof Error && error.message.includes("database is locked"))
      throw new SandboxRunningError(folder);
    throw error;
  }
  return () => {
    if (database.isOpen) database.close();
  };
}
