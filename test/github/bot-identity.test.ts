import nock from "nock";
import { describe, expect, it, vi } from "vitest";
import { createBotIdentity } from "../../src/github/bot-identity.ts";
import { API, createClientFixture, host, silentLog, useNock } from "../support/github-fixture.ts";

useNock();

const USER = "/users/relyloop%5Bbot%5D";
const setUp = (override: { name: string | null; email: string | null } = { name: null, email: null }) => {
  const fixture = createClientFixture();
  const app = vi.fn(async () => ({ id: 1, slug: "relyloop", name: "RelyLoop" }));
  const identity = createBotIdentity({ host, appAuth: { app }, override, log: silentLog });
  return { ...fixture, app, identity };
};

describe("the bot's identity", () => {
  it("is its login and the address that GitHub links to it, asked for once", async () => {
    const { identity, client } = setUp();
    nock(API).get(USER).reply(200, { id: 4711, login: "relyloop[bot]" });
    const expected = { name: "relyloop[bot]", email: "4711+relyloop[bot]@users.noreply.github.com" };
    expect(await identity.commitIdentity(client)).toEqual(expected);
    expect(await identity.commitIdentity(client)).toEqual(expected);
    expect(await identity.login(client.signal)).toBe("relyloop[bot]");
  });

  it.each([
    ["a refusal", () => nock(API).get(USER).reply(404)],
    ["an outage", () => nock(API).get(USER).times(6).reply(502)],
    ["a long rate limit", () => nock(API).get(USER).reply(429, {}, { "retry-after": "3600" })],
    ["an answer that can't be read", () => nock(API).get(USER).reply(200, [])],
  ])("goes without the id after %s, which is asked for again next time", async (_, answer) => {
    const { identity, client } = setUp();
    answer();
    expect(await identity.commitIdentity(client)).toEqual({
      name: "relyloop[bot]",
      email: "relyloop[bot]@users.noreply.github.com",
    });
    nock(API).get(USER).reply(200, { id: 4711 });
    expect((await identity.commitIdentity(client)).email).toMatch(/^4711\+/);
  });

  it("stops with the job", async () => {
    const { identity, client, abort } = setUp();
    abort.abort(new Error("stopping"));
    await expect(identity.commitIdentity(client)).rejects.toThrow("stopping");
  });

  it("can be set, without asking GitHub", async () => {
    const { identity, client, app } = setUp({ name: "Search Bot", email: "search@acme.example" });
    expect(await identity.commitIdentity(client)).toEqual({
      name: "Search Bot",
      email: "search@acme.example",
    });
    expect(app).not.toHaveBeenCalled();
  });

  it("can be set in part", async () => {
    const { identity, client } = setUp({ name: null, email: "search@acme.example" });
    expect(await identity.commitIdentity(client)).toEqual({
      name: "relyloop[bot]",
      email: "search@acme.example",
    });
  });
});
