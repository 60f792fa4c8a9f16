import { v7 as uuidv7 } from "uuid";
import { describe, expect, it } from "vitest";
import { readPage } from "../../src/db/pages.ts";
import { useStore } from "./store-fixtures.ts";

const store = useStore();

const addClusters = (times: Date[]) =>
  store.db
    .insertInto("clusters")
    .values(
      times.map((created_at) => ({
        id: uuidv7(),
        name: uuidv7(),
        engine_type: "solr" as const,
        environment: "dev" as const,
        created_at,
      })),
    )
    .execute();

const page = (cursor: string | undefined, limit: number) =>
  readPage(store.db.selectFrom("clusters").selectAll(), "clusters", { cursor, limit }, 0);

const readAll = async (limit: number): Promise<string[]> => {
  const ids: string[] = [];
  let cursor: string | null | undefined;
  while (cursor !== null) {
    const read = await page(cursor, limit);
    ids.push(...read.data.map((row) => row.id));
    cursor = read.next_cursor;
  }
  return ids;
};

describe("readPage", () => {
  it("reaches every row once at every limit, although many have the same time", async () => {
    const start = Date.parse("2026-11-01T10:00:00Z");
    await addClusters(Array.from({ length: 9 }, (_, index) => new Date(start + Math.floor(index / 4))));

    for (const limit of [1, 2, 3, 4, 8, 9, 10]) {
      const ids = await readAll(limit);
      expect(new Set(ids).size, `limit ${limit}`).toBe(9);
      expect(ids).toHaveLength(9);
    }
  });

  it("does not show rows that come in while somebody pages", async () => {
    const first = await page(undefined, 4);
    await addClusters([new Date()]);

    const second = await page(first.next_cursor ?? undefined, 200);

    expect(second.data).toHaveLength(5);
    expect(second).toMatchObject({ has_more: false, next_cursor: null });
  });

  it("takes a time of the database to the millisecond and no finer", async () => {
    await store.pool.query("UPDATE clusters SET created_at = '2026-11-01T10:00:00.123456Z'");

    expect(new Set(await readAll(3)).size).toBe(10);
  });

  it.each(["", "x", Buffer.from("2026-11-01T10:00:00.000Z").toString("base64url")])(
    "refuses the cursor %j",
    async (cursor) => {
      await expect(page(cursor, 1)).rejects.toMatchObject({
        code: "VALIDATION_ERROR",
        fields: [{ path: "cursor" }],
      });
    },
  );
});
