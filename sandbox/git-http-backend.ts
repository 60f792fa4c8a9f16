import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Readable, Writable } from "node:stream";
import { finished, pipeline } from "node:stream/promises";
import { setTimeout as delay } from "node:timers/promises";

/** Git's CGI head is four short lines; more than this is not git talking. */
const CGI_HEAD_BYTES_MAX = 16 * 1024;
/** How much of git's complaint is kept for the 500 answer. */
const STDERR_CHARS_MAX = 2_000;
/** Time for git to end by itself after its last byte, and to remove its lock files between SIGTERM and SIGKILL. */
const GRACE_MS = 2_000;

/** Settings in git's own form for the environment (git-config(1), GIT_CONFIG_COUNT). */
const GIT_SETTINGS = settingsEnvironment({
  // github.com serves partial fetches.
  "uploadpack.allowFilter": "true",
  // github.com takes no malformed object either.
  "receive.fsckObjects": "true",
  // Otherwise a push may leave a garbage collector running in the background.
  "receive.autogc": "false",
});

export interface ServeGitOptions {
  /** Folder that holds the bare repositories. */
  projectRoot: string;
  /** Decoded path below `projectRoot`, such as `/42.git/info/refs`. */
  pathInfo: string;
  /** Who is pushing. Git refuses every push with 403 while this is empty. */
  remoteUser: string;
  /** Further variables for git and for the hooks it runs; `GIT_CONFIG_COUNT: "0"` takes away the settings above. */
  env?: Record<string, string>;
  /** Let git do its work, then cut the connection instead of answering: a push whose answer is lost. */
  dropAnswer?: boolean;
  /** Ends the request, whatever its state. */
  signal?: AbortSignal;
}

type GitProcess = ChildProcessByStdio<Writable, Readable, Readable>;

interface CgiHead {
  status: number;
  headers: [name: string, value: string][];
}

/**
 * Answers one HTTP request with the real `git http-backend` (RFC 3875, gitprotocol-http(5)), streaming both
 * ways. Resolves once the answer is sent or given up and the process is gone; never rejects. A git that fails
 * before its head is complete becomes a 500 in plain text, one that fails later a cut connection.
 */
export async function serveGit(
  req: IncomingMessage,
  res: ServerResponse,
  options: ServeGitOptions,
): Promise<void> {
  // A process group of its own: http-backend starts upload-pack, index-pack and hooks, and all of them have to go.
  const git: GitProcess = spawn("git", ["http-backend"], {
    cwd: options.projectRoot,
    detached: true,
    env: cgiEnvironment(req, options),
    stdio: ["pipe", "pipe", "pipe"],
  });
  const complaint = collectText(git.stderr);
  const ended = settled(git);

  const giveUp = () => {
    void endGroup(git, ended);
    res.destroy();
  };
  const onClose = () => {
    if (!res.writableFinished) giveUp();
  };
  res.once("close", onClose);
  options.signal?.addEventListener("abort", giveUp, { once: true });
  if (options.signal?.aborted || res.destroyed) giveUp();

  sendBody(req, git.stdin);
  try {
    const head = await readCgiHead(git.stdout);
    if (options.dropAnswer) {
      await finished(git.stdout.resume());
      res.destroy();
    } else {
      res.statusCode = head.status;
      for (const [name, value] of head.headers) res.setHeader(name, value);
      await pipeline(git.stdout, res);
    }
    await within(ended, GRACE_MS);
  } catch (error) {
    answerFailure(res, complaint() || String(error));
  } finally {
    await endGroup(git, ended);
    options.signal?.removeEventListener("abort", giveUp);
    res.off("close", onClose);
  }
}

/** Nothing of this process's environment goes along but PATH, so that no secret of ours reaches a hook. */
function cgiEnvironment(req: IncomingMessage, options: ServeGitOptions): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {
    PATH: process.env.PATH,
    GATEWAY_INTERFACE: "CGI/1.1",
    GIT_PROJECT_ROOT: options.projectRoot,
    GIT_HTTP_EXPORT_ALL: "1",
    // The machine's own git settings must not change what this server does.
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    ...GIT_SETTINGS,
    REQUEST_METHOD: req.method ?? "GET",
    PATH_INFO: options.pathInfo,
    QUERY_STRING: queryString(req.url ?? ""),
    SERVER_PROTOCOL: `HTTP/${req.httpVersion}`,
    REMOTE_ADDR: req.socket.remoteAddress ?? "",
    ...options.env,
  };
  const optional: [string, string | string[] | undefined][] = [
    ["REMOTE_USER", options.remoteUser || undefined],
    ["CONTENT_TYPE", req.headers["content-type"]],
    // Absent for a chunked body: git then reads to the end of its input.
    ["CONTENT_LENGTH", req.headers["content-length"]],
    ["HTTP_CONTENT_ENCODING", req.headers["content-encoding"]],
    ["GIT_PROTOCOL", req.headers["git-protocol"]],
  ];
  for (const [name, value] of optional) if (value !== undefined) env[name] = String(value);
  return env;
}

function settingsEnvironment(settings: Record<string, string>): Record<string, string> {
  const pairs = Object.entries(settings);
  const env: Record<string, string> = { GIT_CONFIG_COUNT: String(pairs.length) };
  for (const [index, [key, value]] of pairs.entries()) {
    env[`GIT_CONFIG_KEY_${index}`] = key;
    env[`GIT_CONFIG_VALUE_${index}`] = value;
  }
  return env;
}

function queryString(url: string): string {
  const mark = url.indexOf("?");
  return mark < 0 ? "" : url.slice(mark + 1);
}

function sendBody(req: IncomingMessage, stdin: Writable): void {
  // Git may answer without reading the body, such as a 403. The rest is then read and dropped, because destroying
  // the request, as `pipeline` would, destroys the connection the answer has to go out on.
  stdin.on("error", () => {
    req.unpipe(stdin);
    req.resume();
  });
  req.on("error", () => stdin.destroy());
  req.pipe(stdin);
}

/** Takes the head off the stream and leaves the body in it. */
async function readCgiHead(stdout: Readable): Promise<CgiHead> {
  let seen = Buffer.alloc(0);
  for await (const chunk of stdout.iterator({ destroyOnReturn: false })) {
    seen = Buffer.concat([seen, chunk]);
    const blankLine = /\r?\n\r?\n/.exec(seen.toString("latin1"));
    if (blankLine) {
      stdout.unshift(seen.subarray(blankLine.index + blankLine[0].length));
      return parseCgiHead(seen.toString("latin1", 0, blankLine.index));
    }
    if (seen.length > CGI_HEAD_BYTES_MAX) break;
  }
  throw new Error("git http-backend gave no complete answer");
}

function parseCgiHead(text: string): CgiHead {
  const head: CgiHead = { status: 200, headers: [] };
  for (const line of text.split(/\r?\n/)) {
    const colon = line.indexOf(":");
    if (colon < 1) throw new Error("git http-backend gave a head that is not CGI");
    const name = line.slice(0, colon);
    const value = line.slice(colon + 1).trim();
    if (name.toLowerCase() === "status") head.status = Number.parseInt(value, 10);
    else head.headers.push([name, value]);
  }
  return head;
}

function answerFailure(res: ServerResponse, reason: string): void {
  if (res.destroyed) return;
  if (res.headersSent) {
    res.destroy();
    return;
  }
  res.statusCode = 500;
  res.setHeader("Content-Type", "text/plain; charset=utf-8");
  res.end(`git http-backend failed: ${reason}\n`);
}

function collectText(stream: Readable): () => string {
  let text = "";
  stream.setEncoding("utf8").on("data", (part: string) => {
    text = (text + part).slice(0, STDERR_CHARS_MAX);
  });
  return () => text.trim();
}

/** Resolves when the process is gone and its pipes are closed, also when it never started (no git here). */
function settled(git: GitProcess): Promise<"ended"> {
  return new Promise((resolve) => {
    git.once("close", () => resolve("ended"));
    git.once("error", () => resolve("ended"));
  });
}

/** Asks every process of the group to end, then makes them. */
async function endGroup(git: GitProcess, ended: Promise<"ended">): Promise<void> {
  if (git.pid === undefined) return;
  if ((await within(ended, 0)) === "running") {
    signalGroup(git.pid, "SIGTERM");
    await within(ended, GRACE_MS);
  }
  // Git is gone or will not go. A hook that ignored the signal, or left something in the background, may still run.
  signalGroup(git.pid, "SIGKILL");
  // A process outside the group must not hold us by an open pipe.
  for (const pipe of [git.stdin, git.stdout, git.stderr]) pipe.destroy();
  await ended;
}

async function within(ended: Promise<"ended">, limit_ms: number): Promise<"ended" | "running"> {
  const timer = new AbortController();
  const late = delay(limit_ms, "running" as const, { signal: timer.signal });
  late.catch(() => undefined); // Aborting below rejects it; nobody waits for it then.
  try {
    return await Promise.race([ended, late]);
  } finally {
    timer.abort();
  }
}

function signalGroup(pid: number, signal: "SIGTERM" | "SIGKILL"): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // ESRCH: the group is gone already, which is what was asked for.
  }
}
