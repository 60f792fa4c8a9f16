import { chmod, chown, lstat, mkdir } from "node:fs/promises";
import { errorCode } from "./error-code.ts";
import type { ServerUser } from "./server-user.ts";

const OWNER_ONLY = 0o700;

/**
 * Makes sure that the folder exists, can be entered by its owner only, and belongs to the server's user (null:
 * to us). In a shared place such as /tmp somebody else may have taken the name: then it throws.
 */
export const privateFolder = async (path: string, user: ServerUser | null): Promise<void> => {
  try {
    await mkdir(path, { mode: OWNER_ONLY });
  } catch (error) {
    if (errorCode(error) !== "EEXIST") throw error;
  }
  const stats = await lstat(path);
  const ours = stats.uid === process.getuid?.() || stats.uid === user?.uid;
  if (!stats.isDirectory() || !ours) {
    throw new Error(`${path} is not a folder of ours; whoever made it has to remove it`);
  }
  await chmod(path, OWNER_ONLY);
  if (user) await chown(path, user.uid, user.gid);
};
