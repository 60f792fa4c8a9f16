import { verify } from "node:crypto";
import nock from "nock";
import { describe, expect, it } from "vitest";
import { createAppAuthentication } from "../../src/github/app-auth.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { API, anInstallation, PRIVATE_KEY, policyDeps, useNock } from "../support/github-fixture.ts";

useNock();

const signal = new AbortController().signal;
const setUp = (privateKey = PRIVATE_KEY) => {
  const clock = createFakeClock();
  return { clock, auth: createAppAuthentication({ ...policyDeps(clock), appId: 123, privateKey }) };
};
const INSTALLATION = "/app/installations/7";

describe("the app", () => {
  it("speaks with a JWT that its private key signed, and is asked for once", async () => {
    const { auth } = setUp();
    let authorization = "";
    nock(API)
      .get("/app")
      .reply((request: Request) => {
        authorization = request.headers.get("authorization") ?? "";
        return [200, { id: 123, slug: "relyloop", name: "RelyLoop", owner: {} }];
      });
    expect(await auth.app(signal)).toEqual({ id: 123, slug: "relyloop", name: "RelyLoop" });
    expect(await auth.app(signal)).toMatchObject({ slug: "relyloop" });

    const [header = "", payload = "", signature = ""] = authorization.replace(/^bearer /i, "").split(".");
    const signed = Buffer.from(`${header}.${payload}`);
    expect(verify("RSA-SHA256", signed, PRIVATE_KEY, Buffer.from(signature, "base64url"))).toBe(true);
    expect(JSON.parse(Buffer.from(payload, "base64url").toString())).toMatchObject({ iss: 123 });
  });

  it("takes a private key whose line breaks are written as \\n", async () => {
    const { auth } = setUp(PRIVATE_KEY.replaceAll("\n", "\\n"));
    nock(API).get("/app").reply(200, { id: 123, slug: "relyloop", name: "RelyLoop" });
    expect(await auth.app(signal)).toMatchObject({ id: 123 });
  });

  it("that GitHub does not know has no credentials, which is told at once", async () => {
    const { auth, clock } = setUp();
    nock(API).get("/app").reply(401, { message: "A JSON web token could not be decoded" });
    await expect(auth.app(signal)).rejects.toMatchObject({
      code: "GITHUB_NOT_CONFIGURED",
      reason: "no_credentials",
      message: expect.stringContaining("A JSON web token could not be decoded"),
    });
    expect(clock.waits).toEqual([]);
  });

  it("with a broken private key has no credentials, and keeps the key to itself", async () => {
    const { auth } = setUp("-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----");
    await expect(auth.app(signal)).rejects.toMatchObject({
      reason: "no_credentials",
      message: expect.not.stringContaining("AAAA"),
    });
  });

  it("is asked for again after an outage", async () => {
    const { auth, clock } = setUp();
    nock(API).get("/app").times(2).reply(503).get("/app").reply(200, { id: 1, slug: "s", name: "S" });
    await auth.app(signal);
    expect(clock.waits).toEqual([500, 1_000]);
  });

  it("fails when nobody can read the answer", async () => {
    const { auth } = setUp();
    nock(API).get("/app").reply(200, "<html>", { "content-type": "text/html" });
    await expect(auth.app(signal)).rejects.toMatchObject({ code: "GITHUB_API_FAILED" });
  });
});

describe("an installation", () => {
  it("is read with its permissions and its account", async () => {
    const { auth } = setUp();
    nock(API).get(INSTALLATION).reply(200, anInstallation());
    expect(await auth.installation(7, signal)).toEqual({
      id: 7,
      account_login: "acme",
      account_id: 99,
      account_type: "Organization",
      repository_selection: "selected",
      permissions: { contents: "write", pull_requests: "write", metadata: "read" },
      suspended_at: null,
    });
  });

  it("on an enterprise has a slug for a login", async () => {
    const { auth } = setUp();
    const account = { id: 5, slug: "acme-inc" };
    nock(API)
      .get(INSTALLATION)
      .reply(200, { ...anInstallation(), account });
    expect(await auth.installation(7, signal)).toMatchObject({
      account_login: "acme-inc",
      account_type: "Enterprise",
    });
  });

  it("that is gone is null", async () => {
    const { auth } = setUp();
    nock(API).get(INSTALLATION).reply(404, { message: "Not Found" });
    expect(await auth.installation(7, signal)).toBeNull();
  });

  it("is looked up by repository", async () => {
    const { auth } = setUp();
    const path = "/repos/acme/search-config/installation";
    nock(API).get(path).reply(200, anInstallation()).get(path).reply(404);
    const name = { owner: "acme", repo: "search-config" };
    expect(await auth.repoInstallation(name, signal)).toMatchObject({ id: 7 });
    expect(await auth.repoInstallation(name, signal)).toBeNull();
  });

  it("is among those that are listed, page by page", async () => {
    const { auth } = setUp();
    const next = `<${API}/app/installations?page=2>; rel="next"`;
    nock(API)
      .get("/app/installations?per_page=100&page=1")
      .reply(200, [anInstallation(), { id: 8, account: null }], { link: next })
      .get("/app/installations?per_page=100&page=2")
      .reply(200, [{ id: 9 }]);
    expect(await auth.installations(signal)).toEqual([{ id: 7 }, { id: 8 }, { id: 9 }]);
  });

  it("is asked for on the configured host", async () => {
    const clock = createFakeClock();
    const host = {
      webUrl: "https://ghe.example",
      apiUrl: "https://ghe.example/api/v3",
      noreplyHost: "ghe.example",
    };
    const auth = createAppAuthentication({ ...policyDeps(clock), host, appId: 1, privateKey: PRIVATE_KEY });
    const mint = "/api/v3/app/installations/7/access_tokens";
    nock("https://ghe.example")
      .get(`/api/v3${INSTALLATION}`)
      .reply(200, anInstallation())
      .post(mint)
      .reply(201, { token: "t", expires_at: "2026-11-22T13:00:00Z", permissions: {} });
    await auth.installation(7, signal);
    const request = { installationId: 7, repositoryId: 42, needed: { contents: "write" }, signal } as const;
    expect(await auth.installationToken(request)).toMatchObject({ token: "t" });
  });
});
