import { readdir, readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import type { Seen } from "./surface.ts";

/** What any process of this machine's same user, or an administrator, sees of the processes begun by this one. */
export interface ProcessSamples {
  /** Looks at once, besides the looks that go on by themselves. */
  look(): Promise<void>;
  /**
   * Of this process the operator made the environment: these variables of it hold secrets by their choice. What it hands
   * on to a process of its own is not excepted.
   */
  exceptInEnvironment(pid: number, variables: readonly string[]): void;
  /** Every command line and every environment so far, each once. */
  commandLines(): Seen[];
  environments(): Seen[];
  /** How many processes have been looked at. */
  count(): number;
  stop(): Promise<void>;
}

const LOOK_EVERY_MS = 1_000;

/** Looks at every process below this one, again and again, in /proc (proc(5)). */
export const startProcessSamples = (): ProcessSamples => {
  const commandLines = new Map<string, Buffer>();
  const environments = new Map<string, { pid: number; called: string; bytes: Buffer }>();
  const excepted = new Map<number, readonly string[]>();
  const seen = new Set<number>();
  const stopping = new AbortController();

  const look = async (): Promise<void> => {
    for (const pid of descendants(await parents(), process.pid)) {
      const [words, environment] = await Promise.all([readOf(pid, "cmdline"), readOf(pid, "environ")]);
      // It ended meanwhile, or is ending.
      if (words === null || words.length === 0) continue;
      seen.add(pid);
      const name = words.toString("utf8").split("\0", 1)[0]?.split("/").at(-1);
      commandLines.set(`${pid} ${words.toString("latin1")}`, words);
      for (const variable of (environment ?? Buffer.alloc(0)).toString("utf8").split("\0")) {
        const called = variable.split("=", 1)[0] ?? "";
        environments.set(`${called} of ${name} ${pid}`, { pid, called, bytes: Buffer.from(variable) });
      }
    }
  };
  const looking = (async () => {
    while (!stopping.signal.aborted) {
      await look();
      await delay(LOOK_EVERY_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();

  return {
    look,
    exceptInEnvironment: (pid, variables) => excepted.set(pid, variables),
    commandLines: () =>
      [...commandLines.values()].map((bytes) => ({
        place: `of ${bytes.toString("utf8").split("\0", 1)[0]?.split("/").at(-1)}`,
        bytes,
      })),
    // Only now: a process is often looked at before anybody could say what is excepted.
    environments: () =>
      [...environments]
        .filter(([, { pid, called }]) => !excepted.get(pid)?.includes(called))
        .map(([place, { bytes }]) => ({ place, bytes })),
    count: () => seen.size,
    stop: async () => {
      stopping.abort();
      await looking;
    },
  };
};

const parents = async (): Promise<Map<number, number>> => {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const known = new Map<number, number>();
  for (const pid of pids) {
    const stat = await readOf(pid, "stat");
    // The name, in brackets, may hold anything; after it come the state and the parent.
    const parent = stat
      ?.toString("latin1")
      .replace(/^.*\) /s, "")
      .split(" ")[1];
    if (parent !== undefined) known.set(pid, Number(parent));
  }
  return known;
};

const descendants = (parentOf: Map<number, number>, ancestor: number): number[] =>
  [...parentOf.keys()].filter((pid) => {
    const above = new Set<number>();
    for (let at = parentOf.get(pid); at !== undefined && !above.has(at); at = parentOf.get(at)) {
      if (at === ancestor) return true;
      above.add(at);
    }
    return false;
  });

/** @returns null when the process is gone */
const readOf = (pid: number, file: "cmdline" | "environ" | "stat"): Promise<Buffer | null> =>
  readFile(`/proc/${pid}/${file}`).catch(() => null);
