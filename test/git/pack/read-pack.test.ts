import { describe, expect, it } from "vitest";
import { objectId } from "../../../src/git/pack/git-object.ts";
import { PACK_LIMITS } from "../../../src/git/pack/pack-budget.ts";
import { readPack } from "../../../src/git/pack/read-pack.ts";
import { blob, COMMIT, copy, deltaOf, entry, insert, ofsDelta, packOf, refDelta } from "./made-pack.ts";

const idOf = (text: string) => objectId({ type: "blob", data: Buffer.from(text) });
const textsIn = async (pack: Buffer) =>
  [...(await readPack(pack)).values()].map(({ data }) => data.toString()).sort();

/** Makes `<text>+` of any text of this length. */
const plus = (length: number) => deltaOf(length, length + 1, copy(0, length), insert("+"));

describe("a pack", () => {
  it("of nothing has nothing", async () => {
    expect(await readPack(packOf([]))).toEqual(new Map());
  });

  it("gives its objects by their ids", async () => {
    const data = Buffer.from("tree 0\n");
    const objects = await readPack(packOf([blob("one"), blob(""), entry(COMMIT, data)]));
    expect(objects).toEqual(
      new Map([
        [idOf("one"), { type: "blob", data: Buffer.from("one") }],
        [idOf(""), { type: "blob", data: Buffer.alloc(0) }],
        [objectId({ type: "commit", data }), { type: "commit", data }],
      ]),
    );
  });

  it("may have an object twice, whole or as a delta", async () => {
    const pack = packOf([blob("one"), blob("one"), refDelta(idOf("one"), deltaOf(3, 3, copy(0, 3)))]);
    expect(await textsIn(pack)).toEqual(["one"]);
  });

  it("may have deltas with their base at a distance before them", async () => {
    const [first, far] = [blob("one"), blob("x".repeat(300))];
    const second = ofsDelta(first.length + far.length, plus(3));
    const pack = packOf([first, far, second, ofsDelta(second.length, plus(4))]);
    expect(await textsIn(pack)).toEqual(["one", "one+", "one++", "x".repeat(300)]);
  });

  it("may have deltas whose base is named by its id, before or behind them, whole or a delta", async () => {
    const pack = packOf([
      refDelta(idOf("one+"), plus(4)),
      refDelta(idOf("one"), plus(3)),
      blob("one"),
      refDelta(idOf("one++"), plus(5)),
    ]);
    expect(await textsIn(pack)).toEqual(["one", "one+", "one++", "one+++"]);
  });

  it("gives an object made by a delta the type of its base", async () => {
    const [data, changed] = [Buffer.from("tree 0\n"), Buffer.from("tree 0\n+")];
    const base = entry(COMMIT, data);
    const objects = await readPack(packOf([base, ofsDelta(base.length, plus(data.length))]));
    expect(objects.get(objectId({ type: "commit", data: changed }))?.data).toEqual(changed);
  });

  it("may have a chain of 10,000 deltas, each in front of its base", async () => {
    // Every try in the order of the pack would resolve one of them: 50 million tries in all.
    const texts = Array.from({ length: 10_000 }, (_, index) => `version ${String(index).padStart(5, "0")}`);
    const deltas = texts
      .slice(1)
      .map((text, index) => refDelta(idOf(texts[index] ?? ""), deltaOf(13, 13, insert(text))));
    const objects = await readPack(packOf([...deltas.reverse(), blob(texts[0] ?? "")]));
    expect(objects.size).toBe(10_000);
    expect(objects.has(idOf("version 09999"))).toBe(true);
  });

  it("lets others work while it is read", async () => {
    let turns = 0;
    let done = false;
    const turn = () => {
      turns += 1;
      if (!done) setImmediate(turn);
    };
    setImmediate(turn);
    await readPack(packOf(Array.from({ length: 5_000 }, (_, index) => blob(`object ${index}`))));
    done = true;
    expect(turns).toBeGreaterThan(10);
  });
});

describe("a thin pack", () => {
  const known = { type: "blob", data: Buffer.from("what we have already") } as const;
  const delta = deltaOf(known.data.length, known.data.length + 3, copy(0, known.data.length), insert("new"));
  const made = { type: "blob", data: Buffer.from("what we have alreadynew") } as const;
  const pack = packOf([refDelta(objectId(known), delta), refDelta("1".repeat(40), delta), blob("whole")]);

  it("is read with the bases one has, and without what only others could make of it", async () => {
    const outside = (oid: string) => (oid === objectId(known) ? known : undefined);

    const objects = await readPack(pack, PACK_LIMITS, outside);

    expect(objects.get(objectId(made))).toEqual(made);
    expect(objects.size).toBe(3);
  });

  it("is none to whoever did not ask for one", async () => {
    await expect(readPack(pack)).rejects.toMatchObject({ kind: "protocol" });
  });
});
