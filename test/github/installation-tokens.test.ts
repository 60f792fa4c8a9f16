import nock from "nock";
import { describe, expect, it } from "vitest";
import { createAppAuthentication } from "../../src/github/app-auth.ts";
import type { TokenRequest } from "../../src/github/installation-tokens.ts";
import { createTokenSource } from "../../src/github/token-source.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { API, anInstallation, PRIVATE_KEY, policyDeps, useNock } from "../support/github-fixture.ts";

useNock();

const MINT = "/app/installations/7/access_tokens";
const INSTALLATION = "/app/installations/7";
const needed = { contents: "write", pull_requests: "write" } as const;
const wanted = { checks: "write" } as const;
const signal = new AbortController().signal;
const job: TokenRequest = { installationId: 7, repositoryId: 42, needed, signal };
const minted = (token: string, expires_at = "2026-11-22T13:00:00Z") => ({
  token,
  expires_at,
  permissions: {},
  repository_selection: "selected",
});

const setUp = () => {
  const clock = createFakeClock("2026-11-22T12:00:00Z");
  const auth = createAppAuthentication({ ...policyDeps(clock), appId: 123, privateKey: PRIVATE_KEY });
  return { clock, token: auth.installationToken, auth };
};

describe("an installation token", () => {
  it("is narrowed to one repository and the needed permissions", async () => {
    const { token } = setUp();
    nock(API)
      .post(MINT, { repository_ids: [42], permissions: needed })
      .reply(201, minted("t1"));
    expect(await token(job)).toEqual({ token: "t1", permissions: needed, expiresAt: "2026-11-22T13:00:00Z" });
  });

  it("asks for what is wanted only where it is granted", async () => {
    const { token } = setUp();
    const both = { ...needed, ...wanted };
    nock(API)
      .post(MINT, { repository_ids: [42], permissions: needed })
      .reply(201, minted("t1"))
      .post(MINT, { repository_ids: [42], permissions: both })
      .reply(201, minted("t2"));
    const without = await token({ ...job, wanted, granted: { ...needed, checks: "read" } });
    const withChecks = await token({ ...job, wanted, granted: { ...needed, checks: "write" } });
    expect([without, withChecks]).toMatchObject([
      { token: "t1", permissions: needed },
      { token: "t2", permissions: both },
    ]);
  });

  it("does without what is wanted when GitHub turns out not to grant it", async () => {
    const { token } = setUp();
    nock(API)
      .post(MINT, { repository_ids: [42], permissions: { ...needed, ...wanted } })
      .reply(422, { message: "The permissions requested are not granted to this installation." })
      .get(INSTALLATION)
      .reply(200, anInstallation())
      .post(MINT, { repository_ids: [42], permissions: needed })
      .reply(201, minted("t1"));
    expect(await token({ ...job, wanted })).toMatchObject({ token: "t1", permissions: needed });
  });

  it("over the whole installation names no repository", async () => {
    const { token } = setUp();
    nock(API)
      .post(MINT, { permissions: { metadata: "read" } })
      .reply(201, minted("t1"));
    expect(await token({ ...job, repositoryId: "all", needed: { metadata: "read" } })).toMatchObject({
      token: "t1",
    });
  });
});

describe("the memory for tokens", () => {
  it("answers the same token until shortly before it expires", async () => {
    const { token, clock } = setUp();
    nock(API).post(MINT).reply(201, minted("t1")).post(MINT).reply(201, minted("t2", "2026-11-22T14:00:00Z"));
    expect(await token(job)).toMatchObject({ token: "t1" });
    clock.advance(55 * 60_000);
    expect(await token(job)).toMatchObject({ token: "t1" });
    clock.advance(1);
    expect(await token(job)).toMatchObject({ token: "t2" });
    expect(await token(job)).toMatchObject({ token: "t2" });
  });

  it("keeps repositories, installations and permissions apart", async () => {
    const { token } = setUp();
    nock(API)
      .post(MINT, { repository_ids: [42], permissions: needed })
      .reply(201, minted("t1"))
      .post(MINT, { repository_ids: [43], permissions: needed })
      .reply(201, minted("t2"))
      .post(MINT, { repository_ids: [42], permissions: { contents: "read" } })
      .reply(201, minted("t3"))
      .post("/app/installations/8/access_tokens")
      .reply(201, minted("t4"));
    const all = [
      await token(job),
      await token({ ...job, repositoryId: 43 }),
      await token({ ...job, needed: { contents: "read" } }),
      await token({ ...job, installationId: 8 }),
      await token(job),
    ];
    expect(all.map((one) => one.token)).toEqual(["t1", "t2", "t3", "t4", "t1"]);
  });

  it("mints once for concurrent callers", async () => {
    const { token } = setUp();
    nock(API).post(MINT).reply(201, minted("t1"));
    const all = await Promise.all(Array.from({ length: 20 }, () => token(job)));
    expect(new Set(all.map((one) => one.token))).toEqual(new Set(["t1"]));
  });

  it("takes no page for a token, and keeps none", async () => {
    const { token } = setUp();
    nock(API).post(MINT).twice().reply(200, "<!DOCTYPE html><p>Unicorn!", { "content-type": "text/html" });
    await expect(token(job)).rejects.toMatchObject({ code: "GITHUB_API_FAILED", reason: "http_200" });
    nock(API).post(MINT).reply(201, minted("t1"));
    expect(await token(job)).toMatchObject({ token: "t1" });
  });

  it("replaces a refused token, once for all who were refused it", async () => {
    const { token } = setUp();
    nock(API).post(MINT).reply(201, minted("t1")).post(MINT).reply(201, minted("t2"));
    await token(job);
    const refused = { ...job, refused: "t1" };
    const both = await Promise.all([token(refused), token(refused)]);
    expect([...both, await token(refused), await token(job)].map((one) => one.token)).toEqual([
      "t2",
      "t2",
      "t2",
      "t2",
    ]);
  });

  it("forgets nothing when one of several callers is stopped", async () => {
    const { token } = setUp();
    const abort = new AbortController();
    nock(API)
      .post(MINT)
      .reply(() => {
        abort.abort(new Error("stopping"));
        return [201, minted("t1")];
      });
    const [stopped, other] = await Promise.allSettled([token({ ...job, signal: abort.signal }), token(job)]);
    expect(stopped).toMatchObject({ status: "rejected", reason: { message: "stopping" } });
    expect(other).toMatchObject({ status: "fulfilled", value: { token: "t1" } });
  });
});

describe("a refusal to mint", () => {
  const refused = async (status: number, installation?: object, request: Partial<TokenRequest> = {}) => {
    const { token } = setUp();
    nock(API).post(MINT).reply(status, { message: "no" });
    if (installation !== undefined) nock(API).get(INSTALLATION).reply(200, installation);
    return await token({ ...job, ...request }).catch((error: unknown) => error);
  };

  it("401: no credentials", async () => {
    expect(await refused(401)).toMatchObject({ code: "GITHUB_NOT_CONFIGURED", reason: "no_credentials" });
  });

  it("404: uninstalled", async () => {
    expect(await refused(404)).toMatchObject({ code: "GITHUB_NOT_CONFIGURED", reason: "uninstalled" });
  });

  it("403 on a suspended installation: suspended", async () => {
    const installation = { ...anInstallation(), suspended_at: "2026-11-20T00:00:00Z" };
    expect(await refused(403, installation)).toMatchObject({ reason: "suspended" });
  });

  it("422 where a needed permission is missing: permission pending, and which", async () => {
    const installation = { ...anInstallation(), permissions: { contents: "read", pull_requests: "write" } };
    expect(await refused(422, installation)).toMatchObject({
      reason: "permission_pending",
      message: expect.stringContaining("contents: write"),
    });
  });

  it("422 where everything is granted: the repository was removed", async () => {
    expect(await refused(422, anInstallation())).toMatchObject({ reason: "repo_removed" });
  });

  it("422 again without what was only wanted: the repository was removed", async () => {
    const { token } = setUp();
    nock(API).post(MINT).reply(422).get(INSTALLATION).reply(200, anInstallation()).post(MINT).reply(422);
    await expect(token({ ...job, wanted })).rejects.toMatchObject({ reason: "repo_removed" });
  });

  it("403 for no reason that can be seen: GitHub's own words", async () => {
    expect(await refused(403, anInstallation())).toMatchObject({ code: "GITHUB_API_FAILED", status: 403 });
  });

  it("an outage is waited for, a rate limit too", async () => {
    const { token, clock } = setUp();
    nock(API)
      .post(MINT)
      .reply(502)
      .post(MINT)
      .replyWithError("socket hang up")
      .post(MINT)
      .reply(429, {}, { "retry-after": "7" })
      .post(MINT)
      .reply(201, minted("t1"));
    expect(await token(job)).toMatchObject({ token: "t1" });
    expect(clock.waits).toEqual([500, 1_000, 7_000]);
  });
});

describe("a job's token source", () => {
  it("gives REST and git the same token, and another after a refusal", async () => {
    const { auth } = setUp();
    nock(API).post(MINT).reply(201, minted("t1")).post(MINT).reply(201, minted("t2"));
    const source = createTokenSource(auth, job);
    expect(await source.token()).toBe("t1");
    expect(await source.gitAuthorization()).toBe(`Basic ${btoa("x-access-token:t1")}`);
    await source.renew();
    expect(await source.token()).toBe("t2");
    expect(await source.token()).toBe("t2");
  });

  it("mints another at the refusal, so that it is no longer new once its user has waited", async () => {
    const { auth } = setUp();
    nock(API).post(MINT).reply(201, minted("t1")).post(MINT).reply(201, minted("t2"));
    const source = createTokenSource(auth, job);
    await source.token();
    await source.renew();
    expect(nock.isDone()).toBe(true);
  });
});
