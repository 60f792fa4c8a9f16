import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const ServerFile = z.object({
  url: z.url(),
  pid: z.int(),
  /** Made anew at every start: what tells this sandbox from any other server on the port. */
  instance: z.string(),
});
export type ServerFile = z.infer<typeof ServerFile>;

/** The server that runs, or ran last; null before the first one. */
export function readServerFile(folder: string): ServerFile | null {
  let text: string;
  try {
    text = readFileSync(join(folder, "server.json"), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  return ServerFile.parse(JSON.parse(text));
}

export function writeServerFile(folder: string, content: ServerFile): void {
  const path = join(folder, "server.json");
  writeFileSync(`${path}.new`, JSON.stringify(content), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
