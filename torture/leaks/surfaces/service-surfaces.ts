import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { LeakWorld } from "../leak-world.ts";
import type { Seen, Surface } from "../surface.ts";
import { startWatchedProcess, type WatchedProcess } from "../watched-process.ts";

/** What the service's processes say, answer, and show of themselves to whoever lists processes. */
export const serviceSurfaces = (world: Pick<LeakWorld, "processes" | "taps" | "samples">): Surface[] => {
  const { taps, samples } = world;
  const planted: WatchedProcess[] = [];
  return [
    {
      name: "logs",
      async *read() {
        for (const [name, process] of world.processes) yield* linesOf(name, process);
        for (const process of planted) yield* linesOf("planted", process);
      },
      plant: async (text) => {
        const echo = await startShell('read -r word; echo first; echo "$word"', []);
        planted.push(echo);
        echo.stdin.end(`${text}\n`);
        await echo.ended;
        return "planted, stdout, line 2";
      },
    },
    {
      name: "HTTP answers",
      async *read() {
        yield* taps.answers();
      },
      plant: async (text) => {
        const server = createServer((_request, response) =>
          response.writeHead(404, { "x-planted": text }).end(),
        );
        await once(server.listen(0, "127.0.0.1"), "listening");
        const tap = await taps.open(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
        await (await fetch(`${tap.url}/planted`)).arrayBuffer();
        await tap.close();
        server.close();
        server.closeAllConnections();
        return "GET /planted -> 404";
      },
    },
    {
      name: "arguments of processes",
      async *read() {
        yield* samples.commandLines();
      },
      plant: (text) =>
        whileRunning(
          samples,
          () => startShell("read -r word", [text]),
          () => "of sh",
        ),
    },
    {
      name: "environments of processes",
      async *read() {
        yield* samples.environments();
      },
      plant: (text) =>
        whileRunning(
          samples,
          () => startShell("read -r word", [], { PLANTED: text }),
          ({ pid }) => `PLANTED of sh ${pid}`,
        ),
    },
  ];
};

function* linesOf(name: string, process: WatchedProcess): Generator<Seen> {
  for (const [stream, bytes] of Object.entries(process.said())) {
    for (const [index, line] of bytes.toString("utf8").split("\n").entries())
      yield { place: `${name}, ${stream}, line ${index + 1}`, bytes: Buffer.from(line) };
  }
}

const startShell = (
  script: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<WatchedProcess> =>
  startWatchedProcess({ name: "sh", command: "/bin/sh", args: ["-c", script, "sh", ...args], env, cwd: "/" });

const whileRunning = async (
  samples: LeakWorld["samples"],
  start: () => Promise<WatchedProcess>,
  placeOf: (process: WatchedProcess) => string,
): Promise<string> => {
  const process = await start();
  await samples.look();
  await process.end("SIGKILL");
  return placeOf(process);
};
