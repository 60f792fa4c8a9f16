import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { EndedGit, GitAnswer, GitCommand } from "./git-launcher.ts";

const LAUNCHER = fileURLToPath(new URL("./git-launcher.ts", import.meta.url));

/**
 * Has git run by a launcher, which the first command starts and which ends with this process.
 * @throws what kept the command from its end
 */
type LaunchGit = (command: Omit<GitCommand, "id">) => Promise<EndedGit>;

interface Launcher {
  child: ChildProcess;
  waiting: Map<number, PromiseWithResolvers<GitAnswer>>;
}

const createLaunchGit = (): LaunchGit => {
  let launcher: Launcher | undefined;
  let commands = 0;

  const start = (): Launcher => {
    const waiting: Launcher["waiting"] = new Map();
    // With nothing of this process's environment, so that no secret of ours is in it.
    const env = { PATH: process.env.PATH ?? "" };
    const child = fork(LAUNCHER, [], { env, execArgv: [], serialization: "advanced" });
    child.on("message", (answer: GitAnswer) => waiting.get(answer.id)?.resolve(answer));
    const ended = (error: Error) => {
      if (launcher?.child === child) launcher = undefined;
      for (const { reject } of waiting.values()) reject(error);
    };
    child.on("error", ended);
    child.once("exit", () => ended(new Error("the process that starts git has ended")));
    return { child, waiting };
  };

  return async (command) => {
    launcher ??= start();
    const { child, waiting } = launcher;
    const id = ++commands;
    const answer = Promise.withResolvers<GitAnswer>();
    waiting.set(id, answer);
    holdOpen(child);
    child.send({ id, ...command } satisfies GitCommand, (error) => {
      if (error !== null) answer.reject(error);
    });
    try {
      const { ended } = await answer.promise;
      if (ended instanceof Error) throw ended;
      return ended;
    } finally {
      waiting.delete(id);
      if (waiting.size === 0) letGo(child);
    }
  };
};

/** A process waits for its commands, and not for a launcher with nothing to do. */
const holdOpen = (child: ChildProcess) => {
  child.ref();
  child.channel?.ref();
};

const letGo = (child: ChildProcess) => {
  child.unref();
  child.channel?.unref();
};

/** One for a whole process, however many repositories it has. */
export const launchGit: LaunchGit = createLaunchGit();
