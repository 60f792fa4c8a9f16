import { execFile } from "node:child_process";
import { tmpdir } from "node:os";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { launchGit } from "../../../sandbox/git/launch-git.ts";

const MODULE = new URL("../../../sandbox/git/launch-git.ts", import.meta.url);

const command = (...args: string[]) => ({
  args,
  cwd: tmpdir(),
  env: { PATH: process.env.PATH },
  input: "",
  timeout_ms: 10_000,
  outputBytesMax: 1_000,
});

/** Has git run this in a shell; `$LAUNCHER` is what started that git. */
const inShell = (script: string) =>
  command("-c", `alias.script=!LAUNCHER=$(($(ps -o ppid= -p $PPID))); ${script}`, "script");

const isThere = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe("what starts git", () => {
  it("is the same process for all commands, also for those side by side", async () => {
    const answers = await Promise.all([1, 2, 3].map(() => launchGit(inShell("echo $LAUNCHER"))));
    const pids = new Set(answers.map(({ stdout }) => Buffer.from(stdout).toString()));
    expect(pids.size).toBe(1);
    expect(Number([...pids][0])).not.toBe(process.pid);
  });

  it("tells of a command that takes too long, and of one that says too much", async () => {
    await expect(launchGit({ ...inShell("exec sleep 60"), timeout_ms: 100 })).rejects.toThrow("sleep 60");
    await expect(launchGit({ ...command("help", "-a"), outputBytesMax: 10 })).rejects.toThrow("maxBuffer");
  });

  it("is started again when it was killed; who waits for it is told", async () => {
    await expect(launchGit(inShell("kill -9 $LAUNCHER"))).rejects.toThrow("has ended");
    expect(await launchGit(command("version"))).toMatchObject({ exitCode: 0 });
  });

  it("does not keep its process, nor stays behind it, and has nothing of its environment", async () => {
    const script = `
      import { launchGit } from ${JSON.stringify(MODULE.href)};
      const { stdout } = await launchGit(${JSON.stringify(inShell("cat /proc/$LAUNCHER/environ; echo; echo $LAUNCHER"))});
      process.stdout.write(stdout);`;
    const env = { PATH: process.env.PATH, SECRET: "canary" };
    const options = { env, timeout: 10_000 };
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--input-type=module", "-e", script],
      options,
    );
    expect(stdout).not.toContain("canary");
    const pid = Number(stdout.trim().split("\n").at(-1));
    await expect.poll(() => isThere(pid)).toBe(false);
  });
});
