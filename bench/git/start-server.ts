import { answerOf, startHelper, stop } from "../support/processes.ts";
import type { ServerOrder, Traffic } from "./server-process.ts";

export interface BenchServer {
  /** Such as `http://127.0.0.1:41234`; a repository's address is its folder's name below it. */
  origin: string;
  /** Added to each request from now on. */
  addLatency(latency_ms: number): Promise<void>;
  /** What came and went since the last call. */
  takeTraffic(): Promise<Traffic>;
  stop(): Promise<void>;
}

export const startServer = async (projectRoot: string): Promise<BenchServer> => {
  const child = startHelper(new URL("./server-process.ts", import.meta.url), { args: [projectRoot] });
  const order = <T>(what: ServerOrder) => answerOf<T>(child, what);
  const { origin } = await answerOf<{ origin: string }>(child);
  return {
    origin,
    addLatency: async (latency_ms) => void (await order({ do: "add", latency_ms })),
    takeTraffic: () => order<Traffic>({ do: "take" }),
    stop: () => stop(child),
  };
};
