import { createSign, generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFakeClock } from "../support/fake-clock.ts";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox.ts";

const clock = createFakeClock();
let world: TestSandbox;
beforeAll(async () => {
  world = await startTestSandbox({ clock });
});
afterAll(() => world.close());

const now_s = (): number => clock.now() / 1000;
const asApp = (claims?: Record<string, unknown>, key?: string) =>
  world.client.send("GET", "/app", { authorization: `Bearer ${world.client.appJwt(claims, key)}` });
const mint = (body?: object) => {
  const path = `/app/installations/${world.sandbox.installation("acme")?.id}/access_tokens`;
  return world.client.send("POST", path, {
    authorization: `Bearer ${world.client.appJwt()}`,
    ...(body ? { body } : {}),
  });
};

describe("the app's assertion", () => {
  it("is refused when another key signed it", async () => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const answer = await asApp({}, privateKey.export({ type: "pkcs1", format: "pem" }).toString());
    expect(answer).toMatchObject({ status: 401, body: { message: "A JSON web token could not be decoded" } });
  });

  it.each([
    ["of another app", () => ({ iss: 1 }), 404, "Integration not found"],
    ["that has expired", () => ({ exp: now_s() - 1 }), 401, /'Expiration time' claim .* must be/],
    ["without an end", () => ({ exp: undefined }), 401, /'Expiration time' claim/],
    ["that lives for 20 minutes", () => ({ exp: now_s() + 1200 }), 401, /too far in the future/],
    ["from the future", () => ({ iat: now_s() + 600 }), 401, /'Issued at' claim/],
  ])("is refused for one %s", async (_title, claims, status, message) => {
    const answer = await asApp(claims());
    expect(answer.status).toBe(status);
    expect(answer.body.message).toMatch(message);
  });

  it("is refused when it names another algorithm than RS256", async () => {
    const { client, sandbox } = world;
    const [, claims] = client.appJwt().split(".");
    const content = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${claims}`;
    const signature = createSign("RSA-SHA256").update(content).sign(sandbox.secrets.private_key, "base64url");
    const answer = await client.send("GET", "/app", { authorization: `Bearer ${content}.${signature}` });
    expect(answer.status).toBe(401);
  });

  it("may name the app as a number or as text", async () => {
    const id = world.sandbox.secrets.app_id;
    expect((await asApp({ iss: id })).status).toBe(200);
    expect((await asApp({ iss: String(id) })).status).toBe(200);
  });
});

describe("an installation token", () => {
  it("has the classic form and says what it opens", async () => {
    const { status, body } = await mint({
      repositories: ["search-config"],
      permissions: { contents: "read" },
    });
    expect(status).toBe(201);
    expect(body.token).toMatch(/^ghs_[A-Za-z0-9]{36}$/);
    expect(body.permissions).toEqual({ contents: "read", metadata: "read" });
    expect(body.repositories.map((repository: { full_name: string }) => repository.full_name)).toEqual([
      "acme/search-config",
    ]);
    expect(Date.parse(body.expires_at) - clock.now()).toBe(3_600_000);
  });

  it("has the stateless form of about 520 characters when that is switched on", async () => {
    await world.sandbox.useStatelessTokens(true);
    const { body } = await mint();
    await world.sandbox.useStatelessTokens(false);
    expect(body.token).toMatch(/^ghs_\d+_[\w-]+\.[\w-]+\.[\w-]+$/);
    expect(body.token.length).toBeGreaterThan(480);
    expect(body.token.length).toBeLessThan(560);
    const answer = await world.client.send("GET", "/installation/repositories", {
      authorization: `Bearer ${body.token}`,
    });
    expect(answer.body.total_count).toBe(1);
  });

  it("works for an hour, and not a second longer", async () => {
    const authorization = `token ${await world.client.token()}`;
    clock.advance(3_599_000);
    expect((await world.client.send("GET", "/installation/repositories", { authorization })).status).toBe(
      200,
    );
    clock.advance(1_000);
    const answer = await world.client.send("GET", "/installation/repositories", { authorization });
    expect(answer).toMatchObject({ status: 401, body: { message: "Bad credentials" } });
  });

  it("is worth nothing after it was revoked", async () => {
    const authorization = `token ${await world.client.token()}`;
    expect((await world.client.send("DELETE", "/installation/token", { authorization })).status).toBe(204);
    expect((await world.client.send("GET", "/installation/repositories", { authorization })).status).toBe(
      401,
    );
  });

  it.each([
    [
      "a permission that was not granted",
      { permissions: { administration: "read" } },
      /permissions requested are not granted/,
    ],
    ["more than was granted", { permissions: { issues: "write" } }, /permissions requested are not granted/],
    [
      "a repository by name that isn't covered",
      { repositories: ["elsewhere"] },
      /not accessible to the parent installation/,
    ],
    [
      "a repository by id that isn't covered",
      { repository_ids: [1] },
      /not accessible to the parent installation/,
    ],
    ["501 repositories", { repository_ids: Array.from({ length: 501 }, (_, id) => id) }, /maximum of 500/],
    ["repositories that are no list", { repositories: "search-config" }, /^Invalid request\./],
  ])("is not given for %s", async (_title, request, message) => {
    const answer = await mint(request);
    expect(answer.status).toBe(422);
    expect(answer.body.message).toMatch(message);
  });

  it("is not given while the installation is suspended, nor once the app was uninstalled", async () => {
    const { sandbox, client } = world;
    await sandbox.createOrganization("globex");
    const { id } = await sandbox.install("globex");
    const path = `/app/installations/${id}`;
    const authorization = `Bearer ${client.appJwt()}`;
    await sandbox.suspend(id);
    expect((await client.send("POST", `${path}/access_tokens`, { authorization })).status).toBe(403);
    expect((await client.send("GET", path, { authorization })).body.suspended_at).not.toBeNull();
    await sandbox.uninstall(id);
    expect((await client.send("POST", `${path}/access_tokens`, { authorization })).status).toBe(404);
    expect((await client.send("GET", path, { authorization })).status).toBe(404);
  });

  it("is nowhere on disk", async () => {
    const token = await world.client.token();
    const { readFile } = await import("node:fs/promises");
    expect(await readFile(`${world.dataDir}/sandbox/state.json`, "utf8")).not.toContain(token);
  });
});

describe("an installation", () => {
  it("is found by its repository only while it covers it", async () => {
    const { sandbox, client } = world;
    const { id } = sandbox.installation("acme") ?? { id: 0 };
    const find = () =>
      client.send("GET", "/repos/acme/search-config/installation", {
        authorization: `Bearer ${client.appJwt()}`,
      });
    expect((await find()).body.id).toBe(id);
    await sandbox.removeRepository(id, "acme/search-config");
    expect((await find()).status).toBe(404);
    await sandbox.addRepository(id, "acme/search-config");
    expect((await find()).status).toBe(200);
  });

  it("takes its repositories and its end along to the tokens it gave before", async () => {
    const { sandbox, client } = world;
    const { id } = sandbox.installation("acme") ?? { id: 0 };
    const read = (authorization: string) =>
      client.send("GET", "/repos/acme/search-config", { authorization });
    const tokens = [
      `token ${await client.token()}`,
      `token ${await client.token({ repositories: ["search-config"] })}`,
    ];
    const statuses = async () => Promise.all(tokens.map(async (token) => (await read(token)).status));
    expect(await statuses()).toEqual([200, 200]);
    await sandbox.removeRepository(id, "acme/search-config");
    expect(await statuses()).toEqual([404, 404]);
    await sandbox.addRepository(id, "acme/search-config");
    expect(await statuses()).toEqual([200, 200]);
    await sandbox.uninstall(id);
    expect(await statuses()).toEqual([401, 401]);
    await sandbox.install("acme", { repositories: ["acme/search-config"] });
    expect(await statuses()).toEqual([401, 401]);
  });

  it("loses a permission for new tokens when its owner takes it back", async () => {
    const { sandbox } = world;
    const { id, permissions } = sandbox.installation("acme") ?? { id: 0, permissions: {} };
    await sandbox.setPermissions(id, { metadata: "read", contents: "write" });
    expect((await mint({ permissions: { checks: "write" } })).status).toBe(422);
    expect((await mint()).body.permissions).toEqual({ metadata: "read", contents: "write" });
    await sandbox.setPermissions(id, permissions);
  });
});
