import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRestWorld, REPO, type RestWorld } from "./rest-world.ts";

const EVIL = '<img src=x onerror="alert(1)">';

let world: RestWorld;
let page: string;
beforeAll(async () => {
  world = await createRestWorld();
  page = `${world.sandbox.url}/${REPO}/pull/1`;
});
afterAll(() => world.close());

const read = async (query = ""): Promise<string> => (await fetch(page + query)).text();
const post = (action: string, fields: Record<string, string> = {}) =>
  fetch(`${page}/${action}`, { method: "POST", body: new URLSearchParams(fields), redirect: "manual" });
const pull = async () => (await world.sandbox.pulls(REPO))[0];
const ofCheck = (body: object) =>
  world.client.send("POST", `/repos/${REPO}/check-runs`, {
    authorization: world.token,
    body: { head_sha: world.headSha, ...body },
  });

describe("the page of a pull request", () => {
  it("shows a check's summary and text as HTML, and what is HTML in it as text", async () => {
    const summary = `| metric | value |\n|---|---|\n| ndcg | **0.76** |\n\n${EVIL}`;
    await ofCheck({
      name: "relyloop/proposal",
      conclusion: "success",
      output: { title: "Up", summary, text: "# More" },
    });
    const text = await read();
    expect(text).toContain("<td><strong>0.76</strong></td>");
    expect(text).toContain("<h1>More</h1>");
    expect(text).toContain("RelyLoop: relyloop/proposal, Up");
    expect(text).not.toContain("<img src=x");
  });

  it("shows whether it is a draft, its base, reviews that were dismissed, and reactions", async () => {
    const { sandbox, comment } = world;
    await post("convert-to-draft");
    const { id } = await sandbox.reviewPull(REPO, 1, { person: "bob", state: "approved" });
    await post("dismiss-review", { review: String(id) });
    await post("react", { comment: String(comment), content: "rocket", person: "bob" });
    const text = await read();
    for (const part of [
      '<span class="state draft">draft</span>',
      "into <code>main</code>",
      "bob reviewed: dismissed",
      "🚀 bob",
    ])
      expect(text).toContain(part);
    await post("ready-for-review");
    expect(await pull()).toMatchObject({ draft: false });
  });

  it("changes texts only where somebody asked to, and shows them as they were written", async () => {
    const { sandbox } = world;
    const { id } = await sandbox.commentOnPull(REPO, 1, { body: "seen <!-- marker -->" });
    expect(await read()).not.toContain("marker");
    expect(await read(`?edit=${id}`)).toContain("seen &lt;!-- marker --&gt;");
    await post("edit-comment", { comment: String(id), body: "Changed." });
    expect((await sandbox.comments(REPO, 1)).at(-1)?.body).toBe("Changed.");
    await post("delete-comment", { comment: String(id) });
    expect((await sandbox.comments(REPO, 1)).map((one) => one.id)).not.toContain(id);
    expect(await read("?edit=pull")).toContain('<textarea name="body">| a | b |</textarea>');
    await post("edit", { title: "Renamed", body: "New text." });
    expect(await pull()).toMatchObject({ title: "Renamed", body: "New text." });
  });

  it("is used by whom one says, who keeps their place and their rights", async () => {
    expect(await read("?as=bob")).toContain('<input type="hidden" name="person" value="bob">');
    const back = await post("comments", { body: "Mine.", person: "bob" });
    expect(back.headers.get("location")).toBe(`/${REPO}/pull/1?as=bob`);
    expect((await world.sandbox.comments(REPO, 1)).at(-1)?.user).toBe("bob");
    expect((await post("merge", { person: "mallory" })).status).toBe(403);
    expect(await read(`?as=${encodeURIComponent(EVIL)}`)).not.toContain("<img src=x");
  });

  it("pushes, reports checks of others, resets, restores and reopens", async () => {
    const { sandbox } = world;
    const before = (await pull())?.head.sha;
    await post("push-to-head");
    expect((await pull())?.head.sha).not.toBe(before);
    await post("checks", {
      app: "ci",
      name: "build",
      status: "completed",
      conclusion: "failure",
      title: "Red",
    });
    expect(await read()).toContain("<td>build</td><td>failure</td><td>Red</td>");
    const { sha } = (await pull())?.head ?? { sha: "" };
    const ours = await ofCheck({ name: "relyloop/proposal", head_sha: sha });
    expect((await post("rerun-check", { check_run: String(ours.body.id) })).status).toBe(303);
    expect((await post("rerun-checks")).status).toBe(303);
    await post("delete-branch");
    expect(await pull()).toMatchObject({ state: "closed", merged: false });
    await post("restore-branch");
    await post("reopen");
    expect(await pull()).toMatchObject({ state: "open", head: { sha } });
    await post("edit", { base: "main" });
    await post("reset-head");
    expect(await pull()).toMatchObject({ state: "closed" });
    expect(await sandbox.branchTip(REPO, "relyloop/study-1")).toBe(await sandbox.branchTip(REPO, "main"));
  });
});
