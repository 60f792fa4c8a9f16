import { describe, expect, it } from "vitest";
import { assignNames, automaticNames } from "../../src/registry/automatic-names.ts";

const repository = (id: number, name: string, owner = "Acme") => ({ id, owner, name });
const names = (assigned: Map<number, string>) => Object.fromEntries(assigned);

describe("the name of a repository that nobody named", () => {
  it("is its address in lower case", () => {
    expect(names(assignNames([repository(1, "Search-Config")], new Map()))).toEqual({
      1: "acme/search-config",
    });
  });

  it("has its number when another repository has the address for a name", () => {
    const holders = new Map([["acme/config", 99]]);
    expect(names(assignNames([repository(1, "config")], holders))).toEqual({ 1: "acme/config-1" });
  });

  it("has its number twice when somebody named another one even so", () => {
    const holders = new Map([
      ["acme/config", 99],
      ["acme/config-1", 98],
    ]);
    expect(names(assignNames([repository(1, "config")], holders))).toEqual({ 1: "acme/config-1-1" });
  });

  it("stays what it is, and can change places with another", () => {
    const holders = new Map([
      ["acme/a", 1],
      ["acme/b", 2],
    ]);
    expect(names(assignNames([repository(1, "a"), repository(2, "b")], holders))).toEqual({
      1: "acme/a",
      2: "acme/b",
    });
    expect(names(assignNames([repository(1, "b"), repository(2, "a")], holders))).toEqual({
      1: "acme/b",
      2: "acme/a",
    });
  });

  it("is never one that another repository of the list is really called", () => {
    const holders = new Map([["acme/config", 99]]);
    const list = [repository(7, "config"), repository(8, "config-7")];
    expect(names(assignNames(list, holders))).toEqual({ 7: "acme/config-7-7", 8: "acme/config-7" });
  });

  it("goes to the elder of two that are listed under one address, whatever the order", () => {
    const list = [repository(1, "config"), repository(2, "CONFIG", "ACME")];
    for (const order of [list, list.toReversed()]) {
      expect(names(assignNames(order, new Map()))).toEqual({ 1: "acme/config", 2: "acme/config-2" });
    }
  });

  it("is looked for among the names it may get", () => {
    expect(automaticNames(repository(1, "A"))).toEqual(["acme/a", "acme/a-1", "acme/a-1-1"]);
  });
});
