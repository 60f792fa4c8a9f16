import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

/** Everything that leaves this process for GitHub uses `fetch`, so that what `src/outbound.ts` decides holds for it. */
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const files = globSync("src/**/*.ts", { cwd: ROOT }).map((path) => ({
  path,
  text: readFileSync(`${ROOT}/${path}`, "utf8"),
}));

/** Imports that are more than types, as `[specifier, names]`. */
const importsOf = (text: string): [specifier: string, names: string][] =>
  [...text.matchAll(/^import (?!type )([^"';]*?)(?: from )?"([^"]+)"/gm)].map(
    ([, names = "", specifier = ""]) => [specifier, names],
  );

const pathsThat = (is: (file: { path: string; text: string }) => boolean): string[] =>
  files
    .filter(is)
    .map(({ path }) => path)
    .sort();

describe("connections", () => {
  it("are opened by the global fetch, in two files for GitHub and nowhere else", () => {
    expect(pathsThat(({ text }) => usesGlobalFetch(code(text)))).toEqual([
      // The service itself, on the loopback address.
      "src/client/api-call.ts",
      "src/git/git-http.ts",
      "src/github/octokit.ts",
      // The sandbox, on the loopback address.
      "src/open-sandbox.ts",
      // What makes it obey.
      "src/outbound.ts",
    ]);
  });

  it("are opened by no module of Node's that would go around it", () => {
    const openers = /^(node:)?(http|https|http2|net|tls|dgram|inspector)$/;
    const importing = files.flatMap(({ path, text }) =>
      importsOf(text)
        .filter(([specifier]) => openers.test(specifier))
        .map(([specifier, names]) => `${path}: ${names} of ${specifier}`),
    );
    // What decides for all.
    expect(importing.sort()).toEqual([
      "src/outbound.ts: { getCACertificates, setDefaultCACertificates } of node:tls",
      "src/outbound.ts: { setGlobalProxyFromEnv } of node:http",
    ]);
  });

  it("are opened by no package that would", () => {
    const others = /^(undici|axios|got|node-fetch|ws|isomorphic-git\/http.*|smee-client|eventsource)$/;
    const importing = files.flatMap(({ path, text }) =>
      importsOf(text)
        .filter(([specifier]) => others.test(specifier))
        .map(([specifier]) => `${path}: ${specifier}`),
    );
    expect(importing).toEqual([]);
    expect(pathsThat(({ text }) => /\bnew (WebSocket|EventSource|XMLHttpRequest)\b/.test(text))).toEqual([]);
    expect(
      pathsThat(({ text }) =>
        /\b(require|import|createRequire)\(\s*[`"'](node:)?(http|https|http2|net|tls)[`"']/.test(text),
      ),
    ).toEqual([]);
  });

  it("are opened after the settings of the way out were read, whatever the command", () => {
    const main = files.find(({ path }) => path === "src/main.ts")?.text ?? "";
    expect(pathsThat(({ text }) => text.includes("obeyOutboundSettings("))).toEqual(["src/main.ts"]);
    // Whatever reads the environment is preceded by it, in each command's function.
    const commands = main.split(/^const /m).filter((piece) => /loadConfig\(|openRegister\(/.test(piece));
    expect(commands).toHaveLength(4);
    for (const command of commands) {
      const prepared = command.indexOf("prepare()");
      expect(prepared).toBeGreaterThan(0);
      expect(prepared).toBeLessThan(command.search(/loadConfig\(|openRegister\(/));
    }
  });
});

/** A file may have something else of that name: its own, or one it was given. */
const usesGlobalFetch = (text: string): boolean =>
  /(?<!typeof )\bglobalThis\.fetch\b/.test(text) ||
  (/(?<![.\w])fetch\(/.test(text) && !/\b(const|function) fetch\b|\(\s*fetch\b|\{ fetch\b/.test(text));

/** Without comments, which speak of `fetch` too. */
const code = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
