import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createRestWorld, REPO, type RestWorld } from "./rest-world.ts";

const R = `/repos/${REPO}`;

let world: RestWorld;
beforeAll(async () => {
  world = await createRestWorld();
});
afterEach(() => world.sandbox.faults.clear());
afterAll(() => world.close());

const send = (method: string, path: string, body?: object) =>
  world.client.send(method, path, { authorization: world.token, ...(body ? { body } : {}) });
const state = async () => (await send("GET", `${R}/pulls/1`)).body.state;

describe("an API that lags", () => {
  it("answers what it knew when the fault was added, for so many reads", async () => {
    const { sandbox } = world;
    sandbox.faults.add({ path: "*/pulls/1", times: 2, fault: { kind: "stale" } });
    await sandbox.closePull(REPO, 1);
    expect([await state(), await state(), await state()]).toEqual(["open", "open", "closed"]);
    await sandbox.reopenPull(REPO, 1);
  });

  it("lags only where it was told to, and carries out what is written", async () => {
    const { sandbox } = world;
    sandbox.faults.add({ path: "*/pulls/1", times: null, fault: { kind: "stale" } });
    expect((await send("PATCH", `${R}/pulls/1`, { title: "Newer" })).body.title).toBe("Newer");
    expect((await send("GET", `${R}/pulls/1`)).body.title).not.toBe("Newer");
    expect((await send("GET", `${R}/pulls`)).body[0].title).toBe("Newer");
  });

  it("lags in checks, reviews, comments, and in what an installation covers", async () => {
    const { sandbox, headSha, installation } = world;
    sandbox.faults.add({ path: "/api/v3/*", times: null, fault: { kind: "stale" } });
    const counts = async () => [
      (await send("GET", `${R}/commits/${headSha}/check-runs`)).body.total_count,
      (await send("GET", `${R}/pulls/1/reviews`)).body.length,
      (await send("GET", `${R}/issues/1/comments`)).body.length,
      (await send("GET", "/installation/repositories")).body.total_count,
    ];
    const before = await counts();
    await sandbox.reportCheck(REPO, 1);
    await sandbox.reviewPull(REPO, 1, { state: "approved" });
    await sandbox.commentOnPull(REPO, 1, { body: "New." });
    await sandbox.createRepository({ owner: "acme", name: `extra-${installation}` });
    expect(await counts()).toEqual(before);
    sandbox.faults.clear();
    expect(await counts()).toEqual(before.map((count) => count + 1));
  });

  it("lags in what an installation lost, too", async () => {
    const { sandbox, installation } = world;
    const count = async () => (await send("GET", "/installation/repositories")).body.total_count;
    const before = await count();
    sandbox.faults.add({ path: "/api/v3/installation/*", fault: { kind: "stale" } });
    await sandbox.removeRepository(installation, "acme/other");
    expect([await count(), await count()]).toEqual([before, before - 1]);
  });

  it("keeps its ETag while it lags", async () => {
    const { sandbox, client, token } = world;
    const first = await send("GET", `${R}/pulls/1`);
    sandbox.faults.add({ path: "*/pulls/1", fault: { kind: "stale" } });
    await sandbox.commentOnPull(REPO, 1, { body: "Later." });
    const headers = { "if-none-match": first.headers.get("etag") ?? "" };
    const again = () => client.send("GET", `${R}/pulls/1`, { authorization: token, headers });
    expect((await again()).status).toBe(304);
    expect((await again()).status).toBe(200);
  });

  it("does not let anybody in who may not come in now", async () => {
    const { sandbox, installation } = world;
    sandbox.faults.add({ path: "*/pulls/1", times: null, fault: { kind: "stale" } });
    await sandbox.suspend(installation);
    expect((await send("GET", `${R}/pulls/1`)).status).toBe(403);
    await sandbox.unsuspend(installation);
  });
});
