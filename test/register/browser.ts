import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const CHROMIUM = "/usr/bin/chromium";
const START_TIMEOUT_MS = 60_000;
const STEP_TIMEOUT_MS = 30_000;

export const hasBrowser = existsSync(CHROMIUM);

/** A real browser with one page, steered through its DevTools protocol. */
export interface Browser {
  open(url: string): Promise<void>;
  /** The value of an expression in the page, as JSON. */
  read<T>(expression: string): Promise<T>;
  /** Does something that leads to another page, and waits until that is there. */
  leave(expression: string): Promise<void>;
  /** What the browser refused or could not load, in its words. */
  complaints: string[];
  close(): Promise<void>;
}

/** https://chromedevtools.github.io/devtools-protocol */
export const openBrowser = async (): Promise<Browser> => {
  const profile = await mkdtemp(join(tmpdir(), "browser-"));
  const child = spawn(
    CHROMIUM,
    [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--no-first-run",
      "--no-proxy-server",
      "--remote-debugging-port=0",
      `--user-data-dir=${profile}`,
      "about:blank",
    ],
    { stdio: ["ignore", "ignore", "pipe"], env: { PATH: process.env.PATH, HOME: profile } },
  );
  const exited = once(child, "exit");
  const endpoint = Promise.withResolvers<string>();
  createInterface({ input: child.stderr }).on("line", (line) => {
    const [, address] = /^DevTools listening on (ws:\S+)/.exec(line) ?? [];
    if (address !== undefined) endpoint.resolve(address);
  });
  const timer = setTimeout(() => endpoint.reject(new Error("Chromium did not start")), START_TIMEOUT_MS);
  void exited.then(([code]) => endpoint.reject(new Error(`Chromium ended with ${code}`)));
  try {
    const { host } = new URL(await endpoint.promise);
    const targets = (await (await fetch(`http://${host}/json/list`)).json()) as {
      type: string;
      webSocketDebuggerUrl: string;
    }[];
    const page = targets.find(({ type }) => type === "page");
    const browser = await steer(page?.webSocketDebuggerUrl ?? "");
    const close = async () => {
      child.kill("SIGKILL");
      await exited;
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    };
    return { ...browser, close };
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  } finally {
    clearTimeout(timer);
  }
};

type Message = {
  id?: number;
  method?: string;
  params?: Record<string, unknown>;
  result?: unknown;
  error?: unknown;
};

const steer = async (address: string): Promise<Omit<Browser, "close">> => {
  const socket = new WebSocket(address);
  await once(socket, "open");
  const answers = new Map<number, PromiseWithResolvers<unknown>>();
  const complaints: string[] = [];
  const loaded = new Set<() => void>();
  let last = 0;
  socket.addEventListener("message", ({ data }) => {
    const { id, method, params, result, error } = JSON.parse(String(data)) as Message;
    if (id !== undefined) {
      const answer = answers.get(id);
      if (error === undefined) answer?.resolve(result);
      else answer?.reject(new Error(JSON.stringify(error)));
    }
    if (method === "Page.loadEventFired") for (const tell of loaded) tell();
    if (method === "Log.entryAdded") complaints.push(JSON.stringify(params));
  });
  const send = <T>(method: string, params: object = {}): Promise<T> => {
    last += 1;
    const answer = Promise.withResolvers<unknown>();
    answers.set(last, answer);
    socket.send(JSON.stringify({ id: last, method, params }));
    return answer.promise as Promise<T>;
  };
  const untilLoaded = async (start: () => Promise<unknown>): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    loaded.add(resolve);
    const said = () => reject(new Error(`no page came: ${complaints.join("; ")}`));
    const timer = setTimeout(said, STEP_TIMEOUT_MS);
    await start();
    await promise.finally(() => {
      clearTimeout(timer);
      loaded.delete(resolve);
    });
  };
  const evaluate = async <T>(expression: string): Promise<T> => {
    const { result } = await send<{ result: { value: T } }>("Runtime.evaluate", {
      expression,
      returnByValue: true,
    });
    return result.value;
  };
  for (const domain of ["Page", "Runtime", "Log"]) await send(`${domain}.enable`);
  return {
    complaints,
    read: evaluate,
    open: (url) => untilLoaded(() => send("Page.navigate", { url })),
    leave: (expression) => untilLoaded(() => evaluate(expression)),
  };
};
