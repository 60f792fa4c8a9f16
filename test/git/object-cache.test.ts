import { describe, expect, it } from "vitest";
import { createObjectCache } from "../../src/git/object-cache.ts";
import type { GitObject } from "../../src/git/pack/git-object.ts";

const URL = "https://github.com/acme/config.git";
const oid = (digit: number) => String(digit).repeat(40);
const tree = (length: number): GitObject => ({ type: "tree", data: Buffer.alloc(length, 1) });

describe("the cache of objects", () => {
  it("lets go of what was asked for longest ago, once its bytes are used up", () => {
    const repository = createObjectCache(10_000).repository(URL);
    for (const digit of [1, 2, 3]) repository.add(oid(digit), tree(3_000));
    repository.get(oid(1));
    repository.add(oid(4), tree(3_000));

    expect([1, 2, 3, 4].filter((digit) => repository.get(oid(digit)) !== undefined)).toEqual([1, 3, 4]);
  });

  it("keeps the bytes alone, not the pack they are a part of", () => {
    const repository = createObjectCache().repository(URL);
    const pack = Buffer.alloc(1_000_000);
    repository.add(oid(1), { type: "blob", data: pack.subarray(10, 20) });

    expect(repository.get(oid(1))?.data.buffer.byteLength).toBeLessThan(pack.length);
  });

  it("does not keep a file so large that it would push out the trees of many repositories", () => {
    const repository = createObjectCache().repository(URL);
    repository.add(oid(1), tree(2 * 1024 * 1024));

    expect(repository.get(oid(1))).toBeUndefined();
  });

  it("shows one repository nothing of another", () => {
    const cache = createObjectCache();
    cache.repository(URL).add(oid(1), tree(10));
    cache.repository(URL).setLastCommit(oid(2));
    const other = cache.repository("https://github.com/acme/other.git");

    expect(other.get(oid(1))).toBeUndefined();
    expect(other.lastCommit()).toBeUndefined();
    expect(other.isCapable()).toBe(false);
  });

  it("remembers why a server was of no use", () => {
    const cache = createObjectCache();
    cache.repository(URL).setIncapable("it offers no filters");

    expect(cache.repository(URL).incapableFor()).toBe("it offers no filters");
    expect(cache.repository(`${URL}x`).incapableFor()).toBeUndefined();
  });

  it("knows for a repository what its server can do, and the commit that was walked last", () => {
    const cache = createObjectCache();
    cache.repository(URL).setCapable();
    expect(cache.repository(URL).isCapable()).toBe(true);
    cache.repository(URL).setLastCommit(oid(2));
    cache.repository(URL).setCapable();

    expect(cache.repository(URL).lastCommit()).toBe(oid(2));
    expect(cache.repository(URL).isCapable()).toBe(true);
  });
});
