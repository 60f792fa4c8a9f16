import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createFakeClock } from "../support/fake-clock.ts";
import { type HookReceiver, startHookReceiver } from "../support/hook-receiver.ts";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox.ts";

const REPO = "acme/search-config";
const DELIVERIES = "/app/hook/deliveries";
const DAY_MS = 24 * 60 * 60 * 1000;

const clock = createFakeClock();
let world: TestSandbox;
let receiver: HookReceiver;
beforeAll(async () => {
  receiver = await startHookReceiver();
  world = await startTestSandbox({ clock });
  await world.sandbox.hooks.setUrl(receiver.url);
  await world.sandbox.pushAs("bob", REPO, "topic", { "x.txt": "x\n" });
  const authorization = `token ${await world.client.token()}`;
  const body = { title: "T", head: "topic", base: "main" };
  await world.client.send("POST", `/repos/${REPO}/pulls`, { authorization, body });
});
beforeEach(async () => {
  await world.sandbox.hooks.setUrl(receiver.url);
  await world.sandbox.hooks.idle();
});
afterAll(async () => {
  await world.close();
  await receiver.close();
});

const send = (method: string, path: string) =>
  world.client.send(method, path, { authorization: `Bearer ${world.client.appJwt()}` });
/** Makes so many deliveries. @returns their ids, newest first, as they are listed. */
async function comment(count: number): Promise<number[]> {
  const { sandbox } = world;
  for (let n = 0; n < count; n += 1) await sandbox.commentOnPull(REPO, 1, { body: `Number ${n}` });
  await sandbox.hooks.idle();
  return sandbox.hooks
    .deliveries()
    .slice(-count)
    .map(({ id }) => id)
    .toReversed();
}
const ids = (items: readonly { id: number }[]): number[] => items.map(({ id }) => id);

describe("GET /app/hook/deliveries", () => {
  it("lists them newest first, page by page, each of them once", async () => {
    const made = await comment(5);
    const seen: number[] = [];
    let path: string | undefined = `${DELIVERIES}?per_page=2`;
    while (path !== undefined) {
      const page = await send("GET", path);
      expect(page.body.length).toBeLessThanOrEqual(2);
      seen.push(...ids(page.body));
      // What happens meanwhile does not move the pages that follow.
      if (seen.length === 2) await comment(1);
      const [, next] = /<([^>]+)>; rel="next"/.exec(page.headers.get("link") ?? "") ?? [];
      path = next?.slice(world.sandbox.apiUrl.length);
    }
    expect(seen.slice(0, 5)).toEqual(made);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toHaveLength(world.sandbox.hooks.deliveries().length - 1);
  });

  it("has 30 on a page and at most 100", async () => {
    await comment(101);
    expect((await send("GET", DELIVERIES)).body).toHaveLength(30);
    const page = await send("GET", `${DELIVERIES}?per_page=1000`);
    expect(page.body).toHaveLength(100);
    expect(page.headers.get("link")).toMatch(/per_page=1000&cursor=v1_\d+>; rel="next"$/);
  });

  it("has no next page behind the last one", async () => {
    const all = world.sandbox.hooks.deliveries();
    const [, second] = all;
    const page = await send("GET", `${DELIVERIES}?cursor=v1_${second?.id}`);
    expect(ids(page.body)).toEqual([all[0]?.id]);
    expect(page.headers.get("link")).toBeNull();
  });

  it("shows those that failed, or those that did not", async () => {
    const rule = world.sandbox.hooks.addRule({ do: "fail" });
    const [failed] = await comment(1);
    world.sandbox.hooks.removeRule(rule);
    const [good] = await comment(1);
    const failures = (await send("GET", `${DELIVERIES}?status=failure`)).body;
    const successes = (await send("GET", `${DELIVERIES}?status=success`)).body;
    expect(failures).toMatchObject([{ id: failed, status: "failed to connect to host", status_code: 502 }]);
    expect(successes[0]).toMatchObject({ id: good, status: "OK", status_code: 202, throttled_at: null });
    expect(ids(successes)).not.toContain(failed);
  });

  it.each([
    ["status=lost", 422],
    ["cursor=12", 400],
  ])("refuses ?%s with %i", async (query, status) => {
    expect((await send("GET", `${DELIVERIES}?${query}`)).status).toBe(status);
  });
});

describe("GET /app/hook/deliveries/{delivery_id}", () => {
  it("shows what was sent and what came back", async () => {
    const [id] = await comment(1);
    const { body } = await send("GET", `${DELIVERIES}/${id}`);
    expect(body).toMatchObject({ id, event: "issue_comment", action: "created", url: receiver.url });
    expect(body.request.payload).toEqual(receiver.received.at(-1)?.payload);
    expect(body.request.headers["X-GitHub-Delivery"]).toBe(body.guid);
    expect(body.response.payload).toBe("");
  });

  it.each(["1", "99999999999", "x"])("answers 404 for %s", async (id) => {
    expect((await send("GET", `${DELIVERIES}/${id}`)).status).toBe(404);
  });
});

describe("POST /app/hook/deliveries/{delivery_id}/attempts", () => {
  it("sends the same again under the same GUID, as a delivery of its own", async () => {
    const [id] = await comment(1);
    const before = receiver.received.at(-1);
    const answer = await send("POST", `${DELIVERIES}/${id}/attempts`);
    expect(answer).toMatchObject({ status: 202, body: {} });
    await world.sandbox.hooks.idle();
    const again = receiver.received.at(-1);
    expect(again).not.toBe(before);
    expect(again?.guid).toBe(before?.guid);
    expect(again?.body.equals(before?.body ?? Buffer.alloc(0))).toBe(true);
    const [listed, first] = (await send("GET", `${DELIVERIES}?per_page=2`)).body;
    expect(first).toMatchObject({ id, redelivery: false });
    expect(listed).toMatchObject({ guid: first.guid, redelivery: true, status: "OK" });
    expect(listed.id).toBeGreaterThan(first.id);
  });

  it("is signed anew, with the secret of the day", async () => {
    const [id] = await comment(1);
    const before = receiver.received.at(-1);
    world.sandbox.hooks.useSecret("another");
    await send("POST", `${DELIVERIES}/${id}/attempts`);
    await world.sandbox.hooks.idle();
    const again = receiver.received.at(-1);
    expect(again?.guid).toBe(before?.guid);
    expect(again?.headers["x-hub-signature-256"]).not.toBe(before?.headers["x-hub-signature-256"]);
  });

  it("answers 404 for one that never was, and 422 while there is no address", async () => {
    expect((await send("POST", `${DELIVERIES}/1/attempts`)).status).toBe(404);
    const [id] = await comment(1);
    await world.sandbox.hooks.setUrl(null);
    expect((await send("POST", `${DELIVERIES}/${id}/attempts`)).status).toBe(422);
  });
});

describe("after three days", () => {
  it("deliveries are neither listed, nor shown, nor sent again", async () => {
    const [id] = await comment(1);
    clock.advance(3 * DAY_MS - 1_000);
    expect((await send("GET", `${DELIVERIES}/${id}`)).status).toBe(200);
    clock.advance(1_000);
    expect((await send("GET", DELIVERIES)).body).toEqual([]);
    expect((await send("GET", `${DELIVERIES}/${id}`)).status).toBe(404);
    expect((await send("POST", `${DELIVERIES}/${id}/attempts`)).status).toBe(404);
    expect(world.sandbox.hooks.deliveries()).toEqual([]);
  });
});
