import type { ChildProcess } from "node:child_process";
import { answerOf, type Environment, type Running, startHelper, stop } from "../support/processes.ts";

/** Probot's own server. Its log goes to a file, as the service's does. */
export const startProbot = async (environment: Environment, logPath: string): Promise<Running> => {
  const child = startHelper(new URL("./probot-process.ts", import.meta.url), { environment, logPath });
  const { port } = await answerOf<{ port: number }>(child);
  return { host: "127.0.0.1", port, child, stop: () => stop(child) };
};

export const startLoad = (): ChildProcess => startHelper(new URL("./load-process.ts", import.meta.url));
