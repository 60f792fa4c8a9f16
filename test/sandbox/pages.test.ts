import { request as httpRequest } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BRANCH, createRestWorld, FILE, REPO, type RestWorld } from "./rest-world.ts";

/** The smallest PNG there is. */
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);
const EVIL = '<script>alert("1")</script><img src=x onerror=alert(2)>';

let world: RestWorld;
let page: string;
beforeAll(async () => {
  world = await createRestWorld();
  page = `${world.sandbox.url}/${REPO}/pull/1`;
});
afterAll(() => world.close());

const read = async (url: string): Promise<string> => (await fetch(url)).text();
const post = (action: string, fields: Record<string, string> = {}, headers: Record<string, string> = {}) =>
  fetch(`${page}/${action}`, {
    method: "POST",
    body: new URLSearchParams(fields),
    redirect: "manual",
    headers,
  });

describe("the page of a pull request", () => {
  it("shows title, state, body as HTML, commits, diff, checks, reviews and comments", async () => {
    const text = await read(page);
    for (const part of [
      "RelyLoop: tune products",
      '<span class="state open">open</span>',
      `<code>${BRANCH}</code>`,
      `<code>${world.headSha.slice(0, 7)}</code>`,
      FILE,
      '<span class="add">+  &quot;title_boost&quot;: 3</span>',
      "ci/build",
      "RelyLoop</td><td>queued",
      "alice reviewed: approved",
      "A chart.",
    ]) {
      expect(text).toContain(part);
    }
  });

  it("hides HTML comments, as GitHub does", async () => {
    await world.sandbox.commentOnPull(REPO, 1, { body: "seen <!-- relyloop-proposal: 1 --> too" });
    const text = await read(page);
    expect(text).toContain("seen  too");
    expect(text).not.toContain("relyloop-proposal");
  });

  it("shows what people and files bring as text, never as HTML", async () => {
    const { sandbox, client, token } = world;
    await sandbox.pushAs("bob", REPO, "evil", { [`${"x"}<b>.txt`]: `${EVIL}\n` }, { message: EVIL });
    const body = { title: EVIL, head: "evil", base: "main", body: `${EVIL}\n\n[x](javascript:alert(3))` };
    const pull = await client.send("POST", `/repos/${REPO}/pulls`, { authorization: token, body });
    await sandbox.commentOnPull(REPO, pull.body.number, { body: EVIL });
    await sandbox.reviewPull(REPO, pull.body.number, { state: "changes_requested", body: EVIL });
    await sandbox.setStatus(REPO, pull.body.number, { state: "failure", context: EVIL, description: EVIL });
    for (const url of [pull.body.html_url, `${sandbox.url}/`, `${sandbox.url}/${REPO}`]) {
      const text = await read(url);
      expect(text).toContain("&lt;script&gt;");
      expect(text).not.toMatch(/<script|<img src=x|href="javascript|<b>\.txt/);
    }
  });

  it("allows no script, no foreign image and no foreign form", async () => {
    const { headers } = await fetch(page);
    expect(headers.get("content-security-policy")).toBe(
      "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    );
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect((await fetch(`${world.sandbox.url}/_sandbox/style.css`)).headers.get("content-type")).toContain(
      "text/css",
    );
  });

  it("shows the chart of a comment, also after its branch is gone", async () => {
    const { sandbox } = world;
    const path = ".relyloop/digest-charts/1.png";
    const sha = await sandbox.pushAs("bob", REPO, "chart", { [path]: PNG });
    const url = `${sandbox.url}/${REPO}/blob/${sha}/${path}?raw=true`;
    await sandbox.commentOnPull(REPO, 1, { body: `![Parameter importance](${url})` });
    await sandbox.deleteBranch(REPO, "chart");
    expect(await read(page)).toContain(`<img src="${url}" alt="Parameter importance">`);
    const image = await fetch(url);
    expect(image.headers.get("content-type")).toBe("image/png");
    expect(Buffer.from(await image.arrayBuffer())).toEqual(PNG);
  });

  it("serves every other file as text, that no browser runs", async () => {
    const { sandbox } = world;
    const files = { "evil.html": EVIL, "evil.svg": EVIL, "a.json": "{}" };
    await sandbox.pushAs("bob", REPO, "with/slash", files);
    for (const name of Object.keys(files)) {
      const response = await fetch(`${sandbox.url}/${REPO}/blob/with/slash/${name}?raw=true`);
      expect(response.headers.get("content-type")).toBe("text/plain; charset=utf-8");
      expect(response.headers.get("content-security-policy")).toContain("sandbox");
    }
    expect((await fetch(`${sandbox.url}/${REPO}/blob/main/nothing.txt`)).status).toBe(404);
    expect((await fetch(`${sandbox.url}/${REPO}/blob/main/clusters`)).status).toBe(404);
  });

  it("is not found for an unknown number, repository or owner, and moves with a rename", async () => {
    const { sandbox } = world;
    expect((await fetch(`${sandbox.url}/${REPO}/pull/99`)).status).toBe(404);
    expect((await fetch(`${sandbox.url}/acme/nothing`)).status).toBe(404);
    expect((await fetch(`${sandbox.url}/nobody/nothing/pull/1`)).status).toBe(404);
    await sandbox.createRepository({ owner: "acme", name: "old" });
    await sandbox.renameRepository("acme/old", "new");
    const moved = await fetch(`${sandbox.url}/acme/old/pull/1`, { redirect: "manual" });
    expect(moved.headers.get("location")).toBe(`${sandbox.url}/acme/new/pull/1`);
  });
});

describe("the buttons", () => {
  it("comment, review, set a status, push to base, close, reopen and merge, each leading back", async () => {
    const { sandbox } = world;
    const pull = async () => (await sandbox.pulls(REPO))[0];
    const back = await post("comments", { body: "By form." });
    expect([back.status, back.headers.get("location")]).toEqual([303, `/${REPO}/pull/1`]);
    await post("reviews", { state: "changes_requested" });
    await post("statuses", { state: "failure" });
    const before = await sandbox.branchTip(REPO, "main");
    await post("push-to-base");
    expect(await sandbox.branchTip(REPO, "main")).not.toBe(before);
    const text = await read(page);
    expect(text).toContain("By form.");
    expect(text).toContain("alice reviewed: changes requested");
    expect(text).toContain("ci/build</td><td>failure");
    await post("close");
    expect(await pull()).toMatchObject({ state: "closed", merged: false });
    await post("reopen");
    expect(await pull()).toMatchObject({ state: "open" });
    await post("merge", { method: "squash" });
    expect(await pull()).toMatchObject({ state: "closed", merged: true });
    expect(await read(page)).toContain('<span class="state merged">merged</span>');
    expect((await post("merge")).status).toBe(405);
    expect((await post("reopen")).status).toBe(422);
  });

  it("refuse what is no choice of theirs", async () => {
    expect((await post("reviews", { state: "loved" })).status).toBe(422);
    expect((await post("comments", { body: " " })).status).toBe(422);
    expect((await post("explode")).status).toBe(404);
  });
});

describe("a web page elsewhere", () => {
  it.each([
    ["with its own origin", { origin: "http://evil.example" }],
    ["with another port of this machine", { origin: "http://127.0.0.1:1" }],
    ["from another site", { "sec-fetch-site": "cross-site" }],
    ["from the same site but another origin", { "sec-fetch-site": "same-site" }],
    ["from nowhere", { origin: "null" }],
  ])("can't press a button %s", async (_title, headers) => {
    expect((await post("comments", { body: "CSRF" }, headers as Record<string, string>)).status).toBe(403);
    expect((await world.sandbox.comments(REPO, 1)).map(({ body }) => body)).not.toContain("CSRF");
  });

  it("can't read anything under a name of its own", async () => {
    const { port } = new URL(world.sandbox.url);
    const status = (host: string) =>
      new Promise((resolve, reject) => {
        const request = httpRequest({ host: "127.0.0.1", port, path: "/", headers: { host } }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        request.on("error", reject).end();
      });
    expect(await status(`evil.example:${port}`)).toBe(403);
    expect(await status("127.0.0.1")).toBe(403);
    expect(await status(`localhost:${port}`)).toBe(200);
    expect(await status(`127.0.0.1:${port}`)).toBe(200);
  });
});
