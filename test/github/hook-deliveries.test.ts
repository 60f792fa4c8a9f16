import nock from "nock";
import { describe, expect, it } from "vitest";
import { createAppAuthentication } from "../../src/github/app-auth.ts";
import { createHookDeliveries } from "../../src/github/hook-deliveries.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { API, PRIVATE_KEY, policyDeps, useNock } from "../support/github-fixture.ts";

useNock();

const signal = new AbortController().signal;
const LIST = "/app/hook/deliveries";
const GUID = "0b989ba4-242f-11e5-81e1-c7b6966d2516";
const JSON_TYPE = { "content-type": "application/json; charset=utf-8" };

const setUp = () => {
  const clock = createFakeClock();
  const asApp = createAppAuthentication({ ...policyDeps(clock), appId: 123, privateKey: PRIVATE_KEY });
  return { clock, deliveries: createHookDeliveries({ asApp }) };
};

/** As GitHub answers it, as far as it is read. */
const anAttempt = (changes: object = {}) => ({
  id: 12_345_678,
  guid: GUID,
  delivered_at: "2026-11-22T11:59:00Z",
  redelivery: false,
  duration: 0.27,
  status: "OK",
  status_code: 202,
  event: "pull_request",
  action: "opened",
  installation_id: 7,
  repository_id: null,
  throttled_at: null,
  ...changes,
});

describe("GitHub's list of deliveries", () => {
  it("is read a page at a time, as the app, with GitHub's own cursor", async () => {
    const { deliveries } = setUp();
    let authorization = "";
    nock(API)
      .get(`${LIST}?per_page=100`)
      .reply((request: Request) => {
        authorization = request.headers.get("authorization") ?? "";
        const link = `<${API}${LIST}?per_page=100&cursor=v1_12077215967>; rel="next"`;
        return [200, JSON.stringify([anAttempt()]), { ...JSON_TYPE, link }];
      })
      .get(`${LIST}?per_page=100&cursor=v1_12077215967`)
      .reply(200, [], { link: `<${API}${LIST}?per_page=100>; rel="first"` });

    const first = await deliveries.page(null, signal);
    expect(first).toEqual({
      deliveries: [{ id: "12345678", guid: GUID, deliveredAt: new Date("2026-11-22T11:59:00Z"), ok: true }],
      next: "v1_12077215967",
    });
    expect(authorization).toMatch(/^bearer eyJ/i);
    expect(await deliveries.page(first.next, signal)).toEqual({ deliveries: [], next: null });
  });

  it.each([
    [200, true],
    [204, true],
    [199, false],
    [302, false],
    [401, false],
    [502, false],
    [0, false],
  ])("tells by the status %d whether it was taken: %s", async (status_code, ok) => {
    const { deliveries } = setUp();
    nock(API)
      .get(`${LIST}?per_page=100`)
      .reply(200, [anAttempt({ status_code, status: "whatever" })]);
    expect((await deliveries.page(null, signal)).deliveries).toMatchObject([{ ok }]);
  });

  it("has ids beyond what a double holds, which are asked for as they are", async () => {
    const { deliveries } = setUp();
    const id = "9223372036854775001";
    const body = JSON.stringify([anAttempt({ id: 1 })]).replace('"id":1', `"id":${id}`);
    nock(API)
      .get(`${LIST}?per_page=100`)
      .reply(200, body, JSON_TYPE)
      .post(`${LIST}/${id}/attempts`)
      .reply(202, {});
    const { deliveries: listed } = await deliveries.page(null, signal);
    expect(listed).toMatchObject([{ id }]);
    await deliveries.redeliver(id, signal);
  });

  it("that is not one is a failure", async () => {
    const { deliveries } = setUp();
    nock(API)
      .get(`${LIST}?per_page=100`)
      .reply(200, [anAttempt({ guid: undefined })]);
    await expect(deliveries.page(null, signal)).rejects.toMatchObject({ code: "GITHUB_API_FAILED" });
  });
});

describe("a further attempt", () => {
  it("is asked for again after a 5xx: what arrives twice is taken in once", async () => {
    const { deliveries, clock } = setUp();
    nock(API).post(`${LIST}/5/attempts`).reply(502).post(`${LIST}/5/attempts`).reply(202, {});
    await deliveries.redeliver("5", signal);
    expect(clock.waits).toEqual([500]);
  });

  it("that GitHub asks to wait for longer is left to a later run", async () => {
    const { deliveries } = setUp();
    nock(API).post(`${LIST}/5/attempts`).reply(429, {}, { "retry-after": "3600" });
    await expect(deliveries.redeliver("5", signal)).rejects.toMatchObject({ name: "RescheduleError" });
  });

  it("that GitHub does not make is told with its words", async () => {
    const { deliveries } = setUp();
    nock(API).post(`${LIST}/5/attempts`).reply(404, { message: "Not Found" });
    await expect(deliveries.redeliver("5", signal)).rejects.toMatchObject({
      status: 404,
      message: expect.stringContaining("Not Found"),
    });
  });
});
