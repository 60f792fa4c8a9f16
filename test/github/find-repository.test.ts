import nock from "nock";
import { describe, expect, it } from "vitest";
import { createAppAuthentication } from "../../src/github/app-auth.ts";
import { findRepository } from "../../src/github/find-repository.ts";
import {
  API,
  anInstallation,
  createClientFixture,
  PRIVATE_KEY,
  policyDeps,
  useNock,
} from "../support/github-fixture.ts";

useNock();

const COVERING = "/repos/acme/search-config/installation";
const query = {
  installationId: 7,
  owner: "acme",
  repo: "search-config",
  signal: new AbortController().signal,
};
const repository = {
  id: 42,
  name: "search-config",
  full_name: "acme/search-config",
  owner: { login: "acme" },
  default_branch: "main",
  archived: false,
};

const setUp = () => {
  const { github, clock } = createClientFixture();
  const appAuth = createAppAuthentication({ ...policyDeps(clock), appId: 123, privateKey: PRIVATE_KEY });
  return () => findRepository({ appAuth, github }, query);
};
const mint = () =>
  nock(API)
    .post("/app/installations/7/access_tokens", { permissions: { metadata: "read" } })
    .reply(201, { token: "t1", expires_at: "2026-11-22T13:00:00Z", permissions: {} });

describe("findRepository", () => {
  it("answers a repository that the installation covers", async () => {
    const find = setUp();
    nock(API).get(COVERING).reply(200, anInstallation());
    mint();
    nock(API, { reqheaders: { authorization: "token t1" } })
      .get("/repos/acme/search-config")
      .reply(200, repository);
    expect(await find()).toEqual({ ...repository, owner: "acme" });
  });

  it.each([
    ["no installation covers", 404, {}],
    ["another installation covers", 200, { ...anInstallation(), id: 8 }],
    ["a suspended installation covers", 200, { ...anInstallation(), suspended_at: "2026-11-20T00:00:00Z" }],
  ])("answers null for one that %s, without asking for it", async (_, status, body) => {
    const find = setUp();
    nock(API).get(COVERING).reply(status, body);
    expect(await find()).toBeNull();
  });

  it("answers null for one that is deleted meanwhile", async () => {
    const find = setUp();
    nock(API).get(COVERING).reply(200, anInstallation());
    mint();
    nock(API).get("/repos/acme/search-config").reply(404);
    expect(await find()).toBeNull();
  });

  it("fails when GitHub does", async () => {
    const find = setUp();
    nock(API).get(COVERING).reply(451, { message: "Unavailable" });
    await expect(find()).rejects.toMatchObject({ code: "GITHUB_API_FAILED" });
  });
});
