import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, posix } from "node:path";
import { text } from "node:stream/consumers";
import fc from "fast-check";
import { paramsPath } from "../../src/proposals/config-path.ts";
import { GIT_ENV } from "../../test/support/git-repository.ts";
import type { TestService } from "../../test/support/start-service.ts";
import type { Trial } from "../part.ts";

const PATHS = { short: 2_000, full: 20_000 };
/** Of them over the API, as a cluster's `config_path` or as a template's name. */
const OVER_API = { short: 20, full: 120 };
const EMPTY_BLOB = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";

const ORDINARY = "a A clusters products x.y ..x x.. ... - _ .github git .gitx x.git .gitmodules aux".split(
  " ",
);
/** What is or becomes `.git`, or a way out, on some file system: by case, trailing dots, short names, streams, ignored code points. */
const TRICKS = [
  ...". .. .git .GIT .Git .gIt .git. .git.. .GIT... .git::$INDEX_ALLOCATION git~1 GIT~1 .git\\config".split(
    " ",
  ),
  ...[
    "",
    ".git ",
    ".g\u200cit",
    ".gi\u200dt",
    "\u200e.git",
    ".g\u0131t",
    "\uff0egit",
    "\u2024\u2024",
    ".\u200b.",
  ],
  ..."%2e%2e ..%2f %00 \\ ..\\.. C: C:\\x ~ ~root $HOME * ? a/b // /etc/passwd \u202ea é".split(" "),
  ...["\0", "a b", " a", "a ", "a\nb", "a\u2028b", "x".repeat(300)],
];

/** Mostly ordinary, with one trick in it: two would be refused for either. */
const configPaths = fc
  .tuple(
    fc.array(fc.constantFrom(...ORDINARY), { maxLength: 3 }),
    fc.array(fc.constantFrom(...TRICKS), { maxLength: 1 }),
    fc.nat({ max: 3 }),
    fc.oneof(
      { weight: 9, arbitrary: fc.constant("/") },
      { weight: 1, arbitrary: fc.constantFrom("//", "\\", "\u2215", "%2f") },
    ),
  )
  .map(([ordinary, trick, at, separator]) => ordinary.toSpliced(at, 0, ...trick).join(separator));
const templateNames = fc.oneof(
  fc.constantFrom(...ORDINARY, ...TRICKS, "template", "t.params.json", "x".repeat(100), "x".repeat(101)),
  fc.tuple(fc.constantFrom(...ORDINARY), fc.constantFrom(...TRICKS)).map((parts) => parts.join("")),
);

/** One of the two as it should be, because a refused one hides what the other would have led to. */
const placements = fc.oneof(
  fc.tuple(configPaths, fc.constant("template")),
  fc.tuple(fc.constantFrom("", "clusters/products"), templateNames),
);

/** Where a params file would be put for any `config_path` and name that are taken, in the rules and over the API. */
export const attackPaths = async (
  service: TestService,
  { clusterId }: { clusterId: string },
  { size, random }: Pick<Trial, "size" | "random">,
): Promise<{ paths: number; violations: string[] }> => {
  const seed = random.below(2 ** 31);
  const tried = fc.sample(placements, { seed, numRuns: PATHS[size] });
  const taken: string[] = [];
  const violations: string[] = [];
  for (const [configPath, name] of tried) {
    const result = paramsPath(configPath, name);
    if (result.kind === "invalid") continue;
    taken.push(result.path);
    if (isOutside(result.path, configPath))
      violations.push(
        `${JSON.stringify([configPath, name])} leads out of the folder, to ${JSON.stringify(result.path)}`,
      );
  }
  if (taken.length === 0) violations.push(`none of ${tried.length} paths was taken: nothing was tried`);
  violations.push(...(await refusedByGit(taken)));
  violations.push(...(await judgeApi(service, clusterId, tried.slice(0, OVER_API[size]))));
  return { paths: tried.length, violations: violations.map((one) => `${one} (fast-check: seed ${seed})`) };
};

const isOutside = (path: string, folder: string): boolean =>
  posix.isAbsolute(path) ||
  posix.normalize(path) !== path ||
  !path.startsWith(folder === "" ? "" : `${folder}/`);

/** Git itself, which knows what becomes `.git` on the file systems of Windows and macOS, has to take them all. */
const refusedByGit = async (paths: readonly string[]): Promise<string[]> => {
  const dir = await mkdtemp(join(tmpdir(), "relyloop-paths-"));
  try {
    await git(["init", "--quiet", dir], "");
    const protect = ["-c", "core.protectNTFS=true", "-c", "core.protectHFS=true"];
    const entries = [...new Set(paths)].map((path) => `100644 ${EMPTY_BLOB}\t${path}\0`).join("");
    // What it refuses it passes over, and says so.
    const refusal = await git(
      [...protect, "-C", dir, "update-index", "--add", "-z", "--index-info"],
      entries,
    );
    return refusal === "" ? [] : [`a path that git refuses was taken: ${refusal}`];
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
};

/** @returns what it has to say against it, "" when nothing */
const git = async (args: readonly string[], input: string): Promise<string> => {
  const child = spawn("git", args, { env: GIT_ENV, stdio: ["pipe", "ignore", "pipe"] });
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, "close")]);
  return said.trim() || (code === 0 ? "" : `it ended with ${code}`);
};

/** The API takes the same as the rules do: a path is refused when it is given, not only when it is used. */
const judgeApi = async (
  { api }: TestService,
  clusterId: string,
  tried: readonly [string, string][],
): Promise<string[]> => {
  const violations: string[] = [];
  const ask = async (where: string, kind: string, allowed: boolean, answer: Promise<{ status: number }>) => {
    const { status } = await answer;
    if (status < 400 === allowed || status === 409) return;
    violations.push(
      `${kind} ${JSON.stringify(where)} is ${allowed ? "fine" : "not to be used"}, and the API answers ${status}`,
    );
  };
  for (const [path, name] of tried) {
    const fits = (one: string | null, other: string) => paramsPath(one, other).kind === "ok";
    const body = { name, version: 1, engine_type: "solr", declared_params: { a: "float" } };
    await Promise.all([
      ask(
        path,
        "config_path",
        fits(path, "t"),
        api.request("PATCH", `/clusters/${clusterId}`, { body: { config_path: path } }),
      ),
      ask(name, "a template's name", fits(null, name), api.request("POST", "/query-templates", { body })),
    ]);
  }
  return violations;
};
