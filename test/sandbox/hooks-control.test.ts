import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type HookReceiver, startHookReceiver } from "../support/hook-receiver.ts";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox.ts";

const REPO = "acme/search-config";

let world: TestSandbox;
let receiver: HookReceiver;
beforeAll(async () => {
  receiver = await startHookReceiver();
  world = await startTestSandbox();
  await world.sandbox.pushAs("bob", REPO, "topic", { "x.txt": "x\n" });
  await world.sandbox.openPull(REPO, { title: "T", head: "topic" });
});
afterAll(async () => {
  await world.close();
  await receiver.close();
});

async function control(method: string, path: string, body?: object) {
  const response = await fetch(`${world.sandbox.url}/_sandbox/hook${path}`, {
    method,
    ...(body ? { body: JSON.stringify(body), headers: { "content-type": "application/json" } } : {}),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
}
const comment = (body: string) => world.sandbox.commentOnPull(REPO, 1, { body });
const comments = () => receiver.received.map(({ payload }) => payload.comment.body);

describe("the control API of the webhook", () => {
  it("has no address until one is set", async () => {
    await comment("Nobody hears.");
    expect((await control("GET", "")).body).toEqual({ url: null });
    expect((await control("PUT", "", { url: receiver.url, secret: "changed" })).status).toBe(204);
    expect((await control("GET", "")).body).toEqual({ url: receiver.url });
    expect((await control("GET", "/deliveries")).body).toEqual([]);
  });

  it("lists deliveries, shows one, and sends it again", async () => {
    await comment("First.");
    expect((await control("GET", "/idle")).body).toEqual({ idle: true });
    const [listed] = (await control("GET", "/deliveries")).body;
    expect(listed).toMatchObject({ event: "issue_comment", action: "created", status: "OK" });
    const path = `/deliveries/${listed.id}`;
    expect((await control("GET", path)).body.request.payload.comment.body).toBe("First.");
    expect(await control("POST", `${path}/attempts`)).toEqual({ status: 202, body: {} });
    await control("GET", "/idle");
    expect(comments()).toEqual(["First.", "First."]);
    expect((await control("GET", "/deliveries")).body).toMatchObject([
      {},
      { redelivery: true, guid: listed.guid },
    ]);
  });

  it("adds, lists, releases and removes rules", async () => {
    receiver.received.splice(0);
    const rule = { event: "issue_comment", times: null, do: "hold" };
    const { status, body } = await control("POST", "/rules", rule);
    expect(status).toBe(201);
    const path = `/rules/${body.id}`;
    const held = control("GET", `${path}/held?count=2`);
    await comment("One.");
    await comment("Two.");
    const { deliveries } = (await held).body;
    expect((await control("GET", "/rules")).body).toMatchObject([
      { ...rule, id: body.id, holding: deliveries },
    ]);
    const [first, second] = deliveries;
    expect((await control("POST", `${path}/release`, { deliveries: [second] })).status).toBe(204);
    await control("GET", "/idle");
    expect((await control("GET", `${path}/held`)).body).toEqual({ deliveries: [first] });
    expect((await control("POST", `${path}/release`, {})).status).toBe(204);
    await control("GET", "/idle");
    expect(comments()).toEqual(["Two.", "One."]);
    expect((await control("DELETE", path)).status).toBe(204);
    await control("POST", "/rules", { do: "lose" });
    expect((await control("DELETE", "/rules")).status).toBe(204);
    expect((await control("GET", "/rules")).body).toEqual([]);
  });

  it("takes the address away again", async () => {
    await control("PUT", "", { url: null });
    expect(world.sandbox.hooks.url()).toBeNull();
  });

  it.each([
    ["PUT", "", { url: "nonsense" }, 422],
    ["PUT", "", { url: "ftp://127.0.0.1/" }, 422],
    ["PUT", "", { address: "http://127.0.0.1/" }, 422],
    ["GET", "/deliveries/1", undefined, 400],
    ["POST", "/deliveries/1/attempts", undefined, 400],
    ["POST", "/rules", { do: "explode" }, 422],
    ["POST", "/rules", { do: "lose", times: 0 }, 422],
    ["POST", "/rules/none/release", {}, 400],
    ["GET", "/rules/none/held", undefined, 400],
    ["GET", "/rules/none/held?count=no", undefined, 422],
    ["DELETE", "/rules/none", undefined, 400],
  ])("refuses %s %s with %j", async (method, path, body, status) => {
    expect((await control(method, path, body)).status).toBe(status);
  });
});
