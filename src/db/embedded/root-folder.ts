import { chmod, mkdir } from "node:fs/promises";

/** Holds what root's PostgreSQL needs in a place every user can reach. Only root can write there. */
const ROOT_FOLDER = "/var/lib/relyloop";

export const rootFolder = async (): Promise<string> => {
  await mkdir(ROOT_FOLDER, { recursive: true });
  await chmod(ROOT_FOLDER, 0o755);
  return ROOT_FOLDER;
};
