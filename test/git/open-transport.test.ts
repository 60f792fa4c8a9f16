import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { HTTP_LIMITS } from "../../src/git/http-limits.ts";
import { createObjectCache } from "../../src/git/object-cache.ts";
import { createOpenTransport } from "../../src/git/open-transport.ts";
import type { Interceptor } from "../support/git-server.ts";
import { BRANCH, failureOf, lookAndBuild, PARAMS_PATH, useBench } from "./contract/bench.ts";

describe("a server that can't be asked for single objects", () => {
  const bench = useBench((options) => createOpenTransport(createObjectCache())(options));

  /** Without the settings the server is given: filters are off unless somebody allows them. */
  const noFilters: Interceptor = (_req, _res, pass) => pass({ env: { GIT_CONFIG_COUNT: "0" } });
  const oldProtocol: Interceptor = (req, _res, pass) => {
    delete req.headers["git-protocol"];
    return pass();
  };

  it.each([
    ["offers no filters", noFilters],
    ["speaks an older protocol only", oldProtocol],
  ])("is served by isomorphic-git: one that %s", async (_, server) => {
    const repository = await bench.configRepository();
    bench.server.intercept(server);
    const transport = bench.open(repository);

    const built = await lookAndBuild(transport);
    expect(await transport.readFile(built.base, PARAMS_PATH)).toMatchObject({ kind: "file" });
    expect(await transport.createBranch(BRANCH, built)).toEqual({ kind: "created" });
    expect(await transport.deleteBranch(BRANCH, built.head)).toEqual({ kind: "deleted" });
    await repository.git("fsck", "--strict", "--full");
  });

  it("is refused above a size, with what its administrator can do", async () => {
    const repository = await bench.server.createRepository({ files: { big: "0123456789".repeat(100_000) } });
    const tip = await repository.git("rev-parse", "main");
    bench.server.intercept(noFilters);
    const limits = { ...HTTP_LIMITS, answer_bytes_max: 1_000 };

    const error = await failureOf(bench.open(repository, { limits }).readFile(tip, "big"));

    expect(error.kind).toBe("too_large");
    expect(error.message).toContain("uploadpack.allowFilter");
  });

  it("is known by an answer too long to be protocol v2's: one that lists 20,000 refs", async () => {
    const repository = await bench.configRepository();
    const main = await repository.git("rev-parse", "main");
    const refs = Array.from({ length: 20_000 }, (_, index) => `${main} refs/pull/${index}/head\n`);
    await writeFile(join(repository.dir, "packed-refs"), refs.join(""));
    bench.server.intercept(oldProtocol);

    expect((await bench.open(repository).tips("main", BRANCH)).base).toBe(main);
  });

  it("is not what a failure is taken for", async () => {
    const repository = await bench.configRepository();
    bench.server.intercept((_req, res) => void res.writeHead(503).end());

    expect((await failureOf(bench.open(repository).tips("main", BRANCH))).kind).toBe("server");
  });
});
