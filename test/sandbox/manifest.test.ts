import { createPrivateKey } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formOf, locationOf, submit, unescaped } from "../register/visitor.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox.ts";

const CONVERSIONS = "/app-manifests";
const HOUR_MS = 60 * 60 * 1_000;
const MANIFEST = {
  name: "RelyLoop",
  url: "https://relyloop.example.org",
  hook_attributes: { url: "https://relyloop.example.org/api/github/webhooks", active: true },
  redirect_url: "http://127.0.0.1:4000/registered",
  setup_url: "https://relyloop.example.org/setup",
  setup_on_update: true,
  public: false,
  default_permissions: { contents: "write", pull_requests: "write" },
  default_events: ["pull_request", "repository"],
};

let world: TestSandbox;
const clock = createFakeClock();
beforeAll(async () => {
  world = await startTestSandbox({ clock });
});
afterAll(() => world.close());

const begin = (manifest: unknown, { org, state }: { org?: string; state?: string } = {}) => {
  const owner = org === undefined ? "" : `/organizations/${org}`;
  const query = state === undefined ? "" : `?state=${state}`;
  const text = typeof manifest === "string" ? manifest : JSON.stringify(manifest);
  const form = {
    action: `${world.sandbox.url}${owner}/settings/apps/new${query}`,
    fields: { manifest: text },
  };
  return submit(form, "http://127.0.0.1:4000");
};
const create = async (manifest: unknown, options: { org?: string; state?: string } = {}) => {
  const asked = await begin(manifest, options);
  return submit(formOf(await asked.text(), asked.url));
};
const codeFor = async (manifest: unknown) =>
  new URL(locationOf(await create(manifest))).searchParams.get("code");
const convert = (code: string | null) => world.client.send("POST", `${CONVERSIONS}/${code}/conversions`);

describe("registering an app from a manifest", () => {
  it("asks for the name, makes the app, and leads back with a code and the state", async () => {
    const asked = await begin(MANIFEST, { org: "acme", state: "s t" });
    const page = await asked.text();
    expect(page).toContain("Create GitHub App for acme");
    expect(page).toContain("contents: write");
    const back = new URL(locationOf(await submit(formOf(page, asked.url))));
    expect(`${back.origin}${back.pathname}`).toBe(MANIFEST.redirect_url);
    expect(back.searchParams.get("state")).toBe("s t");
    expect(back.searchParams.get("code")).toMatch(/^[0-9a-f]{40}$/);
  });

  it("gives the credentials of this GitHub's one app for a code, once", async () => {
    const { secrets, app } = world.sandbox;
    const code = await codeFor({ ...MANIFEST, name: "RelyLoop" });
    const answer = await convert(code);
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      id: app.id,
      slug: "relyloop",
      pem: secrets.private_key,
      webhook_secret: secrets.webhook_secret,
      permissions: { contents: "write", metadata: "read", pull_requests: "write" },
      events: ["pull_request", "repository"],
    });
    expect(createPrivateKey(answer.body.pem).asymmetricKeyType).toBe("rsa");
    expect((await convert(code)).status).toBe(404);
    expect((await convert("0".repeat(40))).status).toBe(404);
  });

  it("forgets a code after an hour", async () => {
    const codes = [await codeFor(MANIFEST), await codeFor(MANIFEST)];
    clock.advance(HOUR_MS - 1);
    expect((await convert(codes[0] ?? "")).status).toBe(201);
    clock.advance(1);
    expect((await convert(codes[1] ?? "")).status).toBe(404);
  });

  it("takes name, events and the webhook's address over; its bot is called after it", async () => {
    const name = "Acme's Relevance Tuner";
    const hook = { url: "https://tuner.example.org/hooks", active: true };
    await create({
      ...MANIFEST,
      name,
      hook_attributes: hook,
      default_events: ["status"],
      default_permissions: { statuses: "read" },
    });
    expect(world.sandbox.app).toMatchObject({
      slug: "acme-s-relevance-tuner",
      bot_login: "acme-s-relevance-tuner[bot]",
    });
    expect(world.sandbox.hooks.url()).toBe(hook.url);
    await create({ ...MANIFEST, hook_attributes: { ...hook, active: false } });
    expect(world.sandbox.hooks.url()).toBeNull();
    expect(world.sandbox.app.slug).toBe("relyloop");
  });

  it.each([
    ["what is no JSON", "{", "no JSON"],
    ["a list", [], "manifest"],
    ["a missing homepage", { ...MANIFEST, url: undefined }, '"url" wasn&#39;t supplied'],
    [
      "a webhook without an address, active or not",
      { ...MANIFEST, hook_attributes: { active: false } },
      '"url" wasn&#39;t supplied',
    ],
    [
      "a webhook secret",
      { ...MANIFEST, hook_attributes: { ...MANIFEST.hook_attributes, secret: "x" } },
      "hook_attributes",
    ],
    [
      "a webhook without TLS",
      { ...MANIFEST, hook_attributes: { url: "http://relyloop.example.org" } },
      "https",
    ],
    ["a script in place of an address", { ...MANIFEST, redirect_url: "javascript:alert(1)" }, "redirect_url"],
    [
      "an unknown permission",
      { ...MANIFEST, default_permissions: { everything: "write" } },
      "not included in the list",
    ],
    ["an unknown level", { ...MANIFEST, default_permissions: { contents: "all" } }, "contents"],
    ["an unknown event", { ...MANIFEST, default_events: ["pull_requests"] }, "unsupported: pull_requests"],
    [
      "an event nobody can subscribe to",
      { ...MANIFEST, default_events: ["installation"] },
      "unsupported: installation",
    ],
    [
      "an event without its permission",
      { ...MANIFEST, default_events: ["check_run"] },
      "not supported by permissions: check_run",
    ],
  ])("refuses %s, and changes nothing", async (_title, manifest, words) => {
    const before = world.sandbox.app;
    const answer = await begin(manifest);
    expect(answer.status).toBe(422);
    const page = await answer.text();
    expect(page).toContain("Invalid GitHub App configuration");
    expect(unescaped(page)).toContain(unescaped(words));
    expect(world.sandbox.app).toEqual(before);
  });

  it.each([
    ["acme", { name: "bob the builder" }, "already taken"],
    ["acme", { name: "x".repeat(35) }, "too long"],
    ["acme", { name: " " }, "blank"],
    ["acme", { name: "äöü" }, "letter or a digit"],
  ])("of %s asks for another name instead of %o", async (org, { name }, words) => {
    await world.sandbox.createPerson("bob-the-builder");
    const asked = await begin(MANIFEST, { org });
    const form = formOf(await asked.text(), asked.url);
    const refused = await submit({ ...form, fields: { ...form.fields, name } });
    expect(refused.status).toBe(422);
    expect(await refused.text()).toContain(words);
  });

  it("is not found for an organisation there is not", async () => {
    expect((await begin(MANIFEST, { org: "nobody" })).status).toBe(404);
    expect((await begin(MANIFEST, { org: "alice" })).status).toBe(404);
  });

  it("begins from any site, and is confirmed on this one only", async () => {
    const asked = await begin(MANIFEST);
    expect(asked.status).toBe(200);
    const forged = await submit(formOf(await asked.text(), asked.url), "https://evil.example.com");
    expect(forged.status).toBe(403);
  });

  it("shows what comes in as text, and lets its form lead back to the manifest's address alone", async () => {
    const evil = '"><script>alert(1)</script>';
    const asked = await begin({ ...MANIFEST, name: evil });
    expect(await asked.text()).not.toContain("<script>");
    expect(asked.headers.get("content-security-policy")).toContain(
      "form-action 'self' http://127.0.0.1:4000;",
    );
  });
});

describe("installing the app from a link", () => {
  const page = (state?: string) =>
    `${world.sandbox.url}/apps/relyloop/installations/new${state === undefined ? "" : `?state=${state}`}`;
  const install = (fields: Record<string, string>) =>
    submit({ action: `${world.sandbox.url}/apps/relyloop/installations`, fields });
  beforeAll(async () => {
    await create(MANIFEST);
    await world.sandbox.createOrganization("globex");
    for (const name of ["one", "two"]) {
      await world.sandbox.createRepository({ owner: "globex", name, installed: false });
    }
  });

  it("lets people choose an account and its repositories", async () => {
    const text = await (await fetch(page("s"))).text();
    for (const part of ["acme (installed)", "globex/one", "globex/two", "All repositories"]) {
      expect(text).toContain(part);
    }
  });

  it("leads to the setup URL with the installation, what was done, and the link's state", async () => {
    const fields = { account: "globex", selection: "selected", repositories: "globex/one", state: "a.b" };
    const landing = new URL(locationOf(await install(fields)));
    const installation = world.sandbox.installation("globex");
    expect(installation?.repositories).toEqual(["globex/one"]);
    expect(landing.href).toBe(
      `${MANIFEST.setup_url}?installation_id=${installation?.id}&setup_action=install&state=a.b`,
    );
  });

  it("leads there after a change, too, if the app asks for it", async () => {
    const changed = await install({ account: "globex", selection: "selected", repositories: "globex/two" });
    expect(new URL(locationOf(changed)).searchParams.get("setup_action")).toBe("update");
    expect(world.sandbox.installation("globex")?.repositories).toEqual(["globex/two"]);
    await create({ ...MANIFEST, setup_on_update: false });
    const quiet = await install({ account: "globex", selection: "selected", repositories: "globex/one" });
    expect(locationOf(quiet)).toBe(page());
  });

  it("leads nowhere for an app without a setup URL", async () => {
    await create({ ...MANIFEST, setup_url: undefined });
    await world.sandbox.createOrganization("initech");
    expect(locationOf(await install({ account: "initech" }))).toBe(page());
    expect(world.sandbox.installation("initech")?.repository_selection).toBe("all");
  });

  it("is not found for another app or account", async () => {
    expect((await fetch(page().replace("relyloop", "other"))).status).toBe(404);
    expect((await install({ account: "nobody" })).status).toBe(404);
    expect((await install({})).status).toBe(422);
  });
});
