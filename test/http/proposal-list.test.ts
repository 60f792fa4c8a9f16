import { v7 as uuidv7 } from "uuid";
import { beforeAll, describe, expect, it } from "vitest";
import { createStudy, createTarget, proposalBody } from "./http-fixtures.ts";
import { useHttpServer } from "./http-harness.ts";

const http = useHttpServer();
const BY_HAND = 200;
let target: { cluster_id: string; template_id: string };
let fromStudy: string;

/** 201 proposals; many were made in the same millisecond, so that only the id tells their order. */
beforeAll(async () => {
  target = await createTarget(http);
  const start = Date.parse("2026-11-01T10:00:00Z");
  await http.db
    .insertInto("proposals")
    .values(
      Array.from({ length: BY_HAND }, (_, index) => ({
        id: uuidv7(),
        cluster_id: target.cluster_id,
        template_id: target.template_id,
        config_diff: JSON.stringify({ boost: { to: index } }),
        created_at: new Date(start + Math.floor(index / 50)),
      })),
    )
    .execute();
  const study = await createStudy(http);
  const { body } = await http.call("POST", "proposals", {
    payload: proposalBody(study, { study_id: study.study_id }),
  });
  fromStudy = body.id;
});

const readAll = async (query: string) => {
  const rows: { id: string; created_at: string }[] = [];
  const totals = new Set<unknown>();
  let pages = 0;
  for (let cursor: string | null = ""; cursor !== null; pages += 1) {
    const answer = await http.call("GET", `proposals?${query}${cursor === "" ? "" : `&cursor=${cursor}`}`);
    expect(answer.status).toBe(200);
    expect(answer.body.has_more).toBe(answer.body.next_cursor !== null);
    totals.add(answer.headers["x-total-count"]);
    rows.push(...answer.body.data);
    cursor = answer.body.next_cursor;
  }
  return { rows, pages, totals: [...totals] };
};

describe("GET /proposals", () => {
  it.each([
    [200, 2],
    [100, 3],
    [67, 3],
    [7, 29],
  ])("reaches each of 201 rows once at limit %d, newest first", async (limit, pages) => {
    const all = await readAll(`limit=${limit}`);

    expect(all.pages).toBe(pages);
    expect(all.totals).toEqual(["201"]);
    expect(new Set(all.rows.map((row) => row.id)).size).toBe(201);
    const order = all.rows.map((row) => `${row.created_at} ${row.id}`);
    expect(order).toEqual(order.toSorted().reverse());
  });

  it("gives 50 rows unless told otherwise, each with its cluster and template", async () => {
    const { body } = await http.call("GET", "proposals");

    expect(body.data).toHaveLength(50);
    expect(body.data[0].id).toBe(fromStudy);
    expect(body.data[1]).toMatchObject({
      cluster: { id: target.cluster_id },
      template: { id: target.template_id },
    });
    expect(body.data[0]).not.toHaveProperty("open_pr");
  });

  it("filters by status, cluster and source", async () => {
    const total = async (query: string) =>
      (await http.call("GET", `proposals?limit=1&${query}`)).headers["x-total-count"];

    expect(await total("status=pending")).toBe("201");
    expect(await total("status=rejected")).toBe("0");
    expect(await total(`cluster_id=${target.cluster_id}`)).toBe("200");
    expect(await total("source=study")).toBe("1");
    expect(await total("source=manual")).toBe("200");
    expect(await total(`source=study&cluster_id=${target.cluster_id}`)).toBe("0");
  });

  it("gives an empty page when nothing fits", async () => {
    const { body } = await http.call("GET", "proposals?status=pr_merged");

    expect(body).toEqual({ data: [], next_cursor: null, has_more: false });
  });

  it.each(["status=open", "source=tuner", "cluster_id=1"])("refuses the filter %s", async (query) => {
    expect((await http.call("GET", `proposals?${query}`)).status).toBe(422);
  });
});
