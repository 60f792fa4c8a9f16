import { answerOf, startHelper, stop } from "./processes.ts";

/** The sandbox GitHub, steered as sandbox/README.md says. */
export interface BenchSandbox {
  url: string;
  /** One of the requests under `/_sandbox`. @throws with what it answers when it refuses */
  steer<T = unknown>(method: string, path: string, body?: object): Promise<T>;
  /** Added to each request from now on, instead of what was added before. */
  addLatency(latency_ms: number): Promise<void>;
  stop(): Promise<void>;
}

export const startBenchSandbox = async (dataDir: string): Promise<BenchSandbox> => {
  const child = startHelper(new URL("./sandbox-process.ts", import.meta.url), { args: [dataDir] });
  const { url } = await answerOf<{ url: string }>(child);
  const steer = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const response = await fetch(`${url}/_sandbox${path}`, {
      method,
      ...(body && { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return (text === "" ? undefined : JSON.parse(text)) as T;
  };
  return {
    url,
    steer,
    addLatency: async (latency_ms) => {
      await steer("DELETE", "/faults");
      if (latency_ms === 0) return;
      await steer("POST", "/faults", { times: null, fault: { kind: "latency", latency_ms } });
    },
    stop: () => stop(child),
  };
};
