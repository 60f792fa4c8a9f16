import { v7 as uuidv7 } from "uuid";
import { beforeAll, describe, expect, it } from "vitest";
import { insertConfigRepo } from "../../src/db/config-repos-store.ts";
import { upsertInstallation } from "../../src/db/installations-store.ts";
import type { HttpApp } from "../../src/http/http-app.ts";
import { LOOKS_MAX } from "../../src/register/setup-page.ts";
import { unescaped } from "../register/visitor.ts";
import { type HttpHarness, send, useHttpServer } from "./http-harness.ts";

const NOW_MS = Date.parse("2026-11-22T12:00:00Z");
const OURS = "ours";
const [COVERED, EMPTY, UNKNOWN] = [7001, 7002, 7999];

const http: HttpHarness = useHttpServer();
let app: HttpApp;
beforeAll(async () => {
  app = await http.serve({ setup: { isLinkState: (state) => state === OURS, now: () => NOW_MS } });
  await addInstallation(COVERED, "acme");
  await addInstallation(EMPTY, "globex");
  await addRepo(COVERED, "search-config", "active");
  await addRepo(COVERED, "old-config", "archived");
  await addRepo(COVERED, "gone-config", "removed");
  await addRepo(7003, "foreign-config", "active");
});

const addInstallation = (id: number, account_login: string) =>
  upsertInstallation(http.db, {
    id,
    account_login,
    account_id: id,
    account_type: "Organization",
    repository_selection: "all",
    permissions: {},
    status: "active",
  });
const addRepo = (installation: number, repo: string, status: "active" | "archived" | "removed") =>
  insertConfigRepo(http.db, {
    name: `acme/${repo}`,
    repo_url: `https://github.com/acme/${repo}`,
    github_repo_id: Number.parseInt(uuidv7().slice(-10), 16),
    owner: "acme",
    repo,
    default_branch: "main",
    pr_base_branch: "main",
    auth_ref: String(installation),
    status,
    registered_via: "installation",
  });
const synced = (id: number, at_ms: number | null) =>
  http.db
    .updateTable("installations")
    .set({ synced_at: at_ms === null ? null : new Date(at_ms) })
    .where("id", "=", id)
    .execute();

/** As a browser comes: with no token. */
const visit = async (query: Record<string, string>) => {
  const answer = await send(app, "GET", `/setup?${new URLSearchParams(query)}`, { token: null });
  const text = unescaped(String(answer.body));
  const [, refresh] = /http-equiv="refresh" content="\d+; url=([^"]+)"/.exec(text) ?? [];
  return { ...answer, text, refresh: refresh ?? null };
};
const ours = (id: number, more: Record<string, string> = {}) =>
  visit({ installation_id: String(id), setup_action: "install", state: OURS, ...more });

describe("the page after installing", () => {
  it("names the repositories that were registered, and what comes next", async () => {
    await synced(COVERED, NOW_MS);
    const { status, text, refresh } = await ours(COVERED);
    expect(status).toBe(200);
    expect(text).toContain("Installed on acme");
    expect(text).toContain("acme/search-config");
    expect(text).toContain("acme/old-config (archived: it can't be written to)");
    expect(text).not.toContain("gone-config");
    expect(text).not.toContain("foreign-config");
    expect(text).toContain("config_path");
    expect(refresh).toBeNull();
  });

  it("says so while the installation is taken in, and looks again a bounded number of times", async () => {
    await synced(COVERED, NOW_MS - 61_000);
    let { text, refresh } = await ours(COVERED, { setup_action: "update" });
    let looks = 0;
    while (refresh !== null && looks <= LOOKS_MAX) {
      expect(text).toContain("being taken in");
      looks += 1;
      ({ text, refresh } = await visit(Object.fromEntries(new URL(refresh, "http://x").searchParams)));
    }
    expect(looks).toBe(LOOKS_MAX);
    expect(text).toContain("takes longer than usual");
    expect(text).toContain("acme/search-config");
  });

  it("is settled by what was read after the visit began, also when it looks again later", async () => {
    await synced(COVERED, null);
    const first = await ours(COVERED);
    const query = Object.fromEntries(new URL(first.refresh ?? "", "http://x").searchParams);
    expect(query).toMatchObject({ installation_id: String(COVERED), setup_action: "install", state: OURS });
    await synced(COVERED, NOW_MS + 2_000);
    const second = await visit(query);
    expect(second.refresh).toBeNull();
    expect(second.text).toContain("acme/search-config");
  });

  it("waits for an installation nobody has heard of yet, and tells of one that covers nothing", async () => {
    const unknown = await ours(UNKNOWN);
    expect(unknown.text).toContain("Installing");
    expect(unknown.refresh).not.toBeNull();
    await synced(EMPTY, NOW_MS);
    const empty = await ours(EMPTY);
    expect(empty.text).toContain("covers no repository");
    expect(empty.refresh).toBeNull();
  });

  it("calls no installation installed that was removed again, or whose account is not allowed", async () => {
    const set = (status: "deleted" | "active") =>
      http.db.updateTable("installations").set({ status }).where("id", "=", EMPTY).execute();
    await synced(EMPTY, NOW_MS);
    await set("deleted");
    const { text, refresh } = await ours(EMPTY);
    await set("active");
    expect(text).toContain("Not installed");
    expect(text).toContain("ALLOWED_ACCOUNTS");
    expect(text).not.toContain("Choose some in its settings");
    expect(refresh).toBeNull();
  });

  it("tells that owners have been asked, where GitHub gives no installation", async () => {
    expect((await visit({ setup_action: "request", state: OURS })).text).toContain(
      "asked the account's owners",
    );
  });
});

describe("a stranger", () => {
  it("learns nothing: every installation has the same page", async () => {
    await synced(COVERED, NOW_MS);
    const stateless: Record<string, string>[] = [
      {},
      { state: "" },
      { state: "made-up" },
      { state: "x".repeat(5_000) },
    ];
    const pages = await Promise.all(
      stateless.flatMap((more) =>
        [COVERED, EMPTY, UNKNOWN, "x", ""].map((id) =>
          visit({ installation_id: String(id), setup_action: "install", ...more }),
        ),
      ),
    );
    const bare = await visit({});
    const { date: _, "x-request-id": __, ...headers } = bare.headers;
    for (const page of pages) {
      expect(page.status).toBe(200);
      expect(page.body).toBe(bare.body);
      expect(page.headers).toMatchObject(headers);
    }
    expect(bare.text).not.toContain("acme");
    expect(bare.text).toContain("/api/v1/config-repos");
  });

  it("with odd queries gets a page, and never a fault", async () => {
    for (const query of [
      "installation_id=1&installation_id=2&state=ours&state=ours",
      "installation_id=99999999999999999999&state=ours",
      "installation_id=-1&state=ours&looks=-1&since=x",
      "installation_id[]=1&state[a]=ours",
      "installation_id=%00&state=ours&setup_action=%3Cscript%3E",
    ]) {
      const answer = await send(app, "GET", `/setup?${query}`, { token: null });
      expect([query, answer.status]).toEqual([query, 200]);
      expect(answer.body).not.toContain("<script>");
    }
  });
});

describe("the page itself", () => {
  it("runs nothing, is kept nowhere and is in no index", async () => {
    const { headers } = await ours(COVERED);
    const policy = String(headers["content-security-policy"]);
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[^']+';/);
    expect(policy).toContain("form-action 'none'");
    expect(headers).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "x-robots-tag": "noindex",
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
    });
  });

  it("shows what comes from GitHub as text", async () => {
    await addInstallation(7004, "<b>evil</b>");
    await synced(7004, NOW_MS);
    const { body } = await ours(7004);
    expect(body).not.toContain("<b>evil");
    expect(body).toContain("&lt;b&gt;evil");
  });

  it("names so many repositories and no more", async () => {
    await addInstallation(7005, "many");
    await synced(7005, NOW_MS);
    for (let n = 0; n <= 100; n++) await addRepo(7005, `many-${n}`, "active");
    const { text } = await ours(7005);
    expect(text.match(/<tr><td>/g)).toHaveLength(100);
    expect(text).toContain("And more.");
  });

  it("is limited, and says so as a page", async () => {
    const busy = await http.serve({});
    const statuses = new Set<number>();
    let last = await send(busy, "GET", "/setup", { token: null });
    for (let n = 0; n < 1_300 && last.status === 200; n++) {
      statuses.add(last.status);
      last = await send(busy, "GET", "/setup", { token: null });
    }
    expect(last.status).toBe(429);
    expect(last.headers["content-type"]).toContain("text/html");
    expect(last.headers["retry-after"]).toBeDefined();
  });

  it("says that the database is away, as a page too", async () => {
    const broken = await http.serve({
      setup: { isLinkState: () => true, now: Date.now },
      db: {
        selectFrom: () => {
          throw Object.assign(new Error("secret detail"), { code: "ECONNREFUSED" });
        },
      } as never,
    });
    const answer = await send(broken, "GET", "/setup?installation_id=1&state=ours", { token: null });
    expect(answer.status).toBe(503);
    expect(answer.body).toContain("<h1>Not now</h1>");
    expect(answer.body).not.toContain("secret detail");
  });
});
