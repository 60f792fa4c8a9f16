import { describe, expect, it } from "vitest";
import { REASON_CHARACTERS_MAX } from "../../../src/proposals/commands.ts";
import { commandMarker } from "../../../src/proposals/pr-text/command-answer.ts";
import { SECRET, useGithub } from "../refresh-check/opened-proposal.ts";
import { openForComments } from "./commented-proposal.ts";

const context = useGithub();
const setUp = () => openForComments(context);
const kindsOf = (events: { kind: string }[]) => events.map(({ kind }) => kind);

describe("/relyloop reject", () => {
  it("rejects the proposal in the name of its author, and says so with a thumb", async () => {
    const opened = await setUp();
    const comment = await opened.command("/relyloop reject too risky\n\nSee the *dashboard*.");
    expect(await opened.row()).toMatchObject({
      status: "rejected",
      rejected_reason: "too risky\n\nSee the *dashboard*.",
    });
    expect(await opened.events()).toMatchObject([
      { kind: "proposal_rejected", actor: "wendy (github)", data: { request_id: `comment:${comment}` } },
    ]);
    expect(opened.sent()).toMatchObject([
      { kind: "close_pr", proposal_id: opened.id, actor: { token: "github", person: "wendy" } },
    ]);
    expect(opened.reactions(comment)).toEqual(["+1"]);
    expect(await opened.answers()).toEqual([]);
  });

  it("is not told that it is rejected already when the process died before the thumb", async () => {
    const opened = await setUp();
    const path = `/api/v3/repos/${opened.repository.full_name}/issues/comments/*/reactions`;
    opened.sandbox.faults.add({ method: "POST", path, times: null, fault: { kind: "drop", when: "before" } });
    const comment = await opened.say("/relyloop reject no");
    await expect(opened.run(comment)).rejects.toThrow();
    opened.sandbox.faults.clear();
    await opened.run(comment);
    await opened.run(comment);
    expect(kindsOf(await opened.events())).toEqual(["proposal_rejected"]);
    expect(await opened.answers()).toEqual([]);
    expect(new Set(opened.reactions(comment))).toEqual(new Set(["+1"]));
  });

  it("of another's rejected proposal is answered once, however often it is run", async () => {
    const opened = await setUp();
    await opened.command("/relyloop reject first");
    const second = await opened.command("/relyloop reject second");
    await opened.run(second);
    const answers = await opened.answers();
    expect(answers).toHaveLength(1);
    expect(answers[0]?.body).toContain("rejected already");
    expect(answers[0]?.body).toContain(commandMarker(second));
    expect(new Set(opened.reactions(second))).toEqual(new Set(["confused"]));
    expect((await opened.row()).rejected_reason).toBe("first");
  });

  it.each(["on GitHub only", "here too"])("of a merged one changes nothing: merged %s", async (known) => {
    const opened = await setUp();
    await opened.sandbox.mergePull(opened.repository.id, opened.number);
    const merged = { status: "pr_merged" as const, pr_merged_at: new Date() };
    if (known === "here too")
      await context.db.updateTable("proposals").set(merged).where("id", "=", opened.id).execute();
    const before = await opened.row();
    const comment = await opened.command("/relyloop reject too late");
    expect(await opened.row()).toEqual(before);
    expect((await opened.answers())[0]?.body).toMatch(/is merged/);
    expect(opened.reactions(comment)).toEqual(["confused"]);
  });

  it("keeps neither secrets nor control characters of its reason", async () => {
    const opened = await setUp();
    // The second one stands where the reason is cut.
    const filling = "x".repeat(REASON_CHARACTERS_MAX - `a?b ${SECRET} `.length - 12);
    await opened.command(`/relyloop reject a\u0000b ${SECRET} ${filling}${SECRET}`);
    const { rejected_reason } = await opened.row();
    expect(rejected_reason).toMatch(/^a\uFFFDb \[redacted\] x/);
    expect(rejected_reason).not.toContain(SECRET.slice(0, 8));
    expect(JSON.stringify(await opened.events())).not.toContain(SECRET);
    expect(JSON.stringify(opened.logged)).not.toContain(SECRET);
  });

  it("reads the comment as it is now", async () => {
    const opened = await setUp();
    const comment = await opened.say("/relyloop reject");
    const body = "Never mind.";
    await opened.sandbox.editComment(opened.repository.id, comment, { body, person: "wendy" });
    await opened.run(comment);
    expect((await opened.row()).status).toBe("pr_opened");
    expect(opened.reactions(comment)).toEqual([]);
  });
});

describe("/relyloop refresh", () => {
  it("sends one job that looks at the base again and updates the body too", async () => {
    const opened = await setUp();
    const comment = await opened.command("/relyloop refresh");
    await opened.run(comment);
    expect(opened.sent()).toMatchObject([
      {
        kind: "refresh_check",
        proposal_id: opened.id,
        body: true,
        cause: `command ${comment}`,
        delivery_id: null,
      },
    ]);
    expect(await opened.events()).toMatchObject([
      { kind: "refresh_requested", actor: "wendy (github)", data: { request_id: `comment:${comment}` } },
    ]);
    expect(new Set(opened.reactions(comment))).toEqual(new Set(["+1"]));
    expect(await opened.answers()).toEqual([]);
  });

  it("can be asked for again, and each is carried out once", async () => {
    const opened = await setUp();
    const first = await opened.command("/relyloop refresh");
    const second = await opened.command("/relyloop refresh");
    await opened.run(first);
    expect(opened.sent().map((job) => "cause" in job && job.cause)).toEqual([
      `command ${first}`,
      `command ${second}`,
    ]);
    expect(kindsOf(await opened.events())).toEqual(["refresh_requested", "refresh_requested"]);
  });

  it.each<[string, RegExp]>([
    ["closed", /is closed.*Reopen/],
    ["merged", /is merged/],
    ["rejected", /rejected already/],
  ])("has nothing to do on a pull request that is %s", async (state, says) => {
    const opened = await setUp();
    const { id, number } = { ...opened, id: opened.repository.id };
    if (state === "closed") await opened.sandbox.closePull(id, number);
    if (state === "merged") await opened.sandbox.mergePull(id, number);
    if (state === "rejected") await opened.command("/relyloop reject");
    const comment = await opened.command("/relyloop refresh");
    expect((await opened.answers()).map(({ body }) => body)).toEqual([expect.stringMatching(says)]);
    expect(opened.reactions(comment)).toEqual(["confused"]);
    expect(kindsOf(opened.sent())).not.toContain("refresh_check");
  });
});

describe("who may give a command", () => {
  it.each(["admin", "write"] as const)("somebody who can %s", async (permission) => {
    const opened = await setUp();
    await opened.sandbox.setCollaborator(opened.repository.id, "wendy", permission);
    const comment = await opened.command("/relyloop refresh");
    expect(opened.reactions(comment)).toEqual(["+1"]);
  });

  it.each(["read", "none"] as const)("not somebody whose access is %s", async (permission) => {
    const opened = await setUp();
    await opened.sandbox.createPerson("stranger");
    await opened.sandbox.setCollaborator(opened.repository.id, "stranger", permission);
    for (const body of ["/relyloop reject mine now", "/relyloop refresh", "/relyloop help"]) {
      const comment = await opened.command(body, "stranger");
      expect(opened.reactions(comment)).toEqual(["confused"]);
    }
    expect((await opened.row()).status).toBe("pr_opened");
    expect(opened.sent()).toEqual([]);
    expect(await opened.events()).toEqual([]);
    const answers = await opened.answers();
    expect(answers).toHaveLength(3);
    for (const { body } of answers) expect(body).toMatch(/^`stranger` can't write to this repository/);
  });

  it("no bot, whatever it may do, and not ourselves", async () => {
    const opened = await setUp();
    const { client } = context.github;
    const path = `/repos/${opened.repository.full_name}/issues/${opened.number}/comments`;
    const authorization = `token ${await client.token()}`;
    const { body } = await client.send("POST", path, { authorization, body: { body: "/relyloop reject" } });
    await opened.run(body.id);
    expect((await opened.row()).status).toBe("pr_opened");
    expect(opened.reactions(body.id)).toEqual([]);
    expect(opened.logged).toMatchObject([{ why: "no person wrote it" }]);
  });
});

describe("what is no command of ours", () => {
  it("is explained with the list of those that are, without mentioning anybody", async () => {
    const opened = await setUp();
    const comment = await opened.command(`/relyloop approve @everyone <img src=x> ${SECRET}`);
    const [answer] = await opened.answers();
    expect(answer?.body).toContain("`/relyloop reject <reason>`");
    expect(answer?.body).not.toMatch(/(?<!`)@everyone|<img|battery/);
    expect(opened.reactions(comment)).toEqual(["confused"]);
  });

  it.each([
    ["praises", "Looks good to me"],
    ["quotes a command", "> /relyloop reject"],
    ["shows one as code", "```\n/relyloop reject\n```"],
    ["has one far below", `Hello\n${"\n".repeat(10_000)}/relyloop reject`],
  ])("is passed over where it %s", async (_what, body) => {
    const opened = await setUp();
    const comment = await opened.command(body);
    expect((await opened.row()).status).toBe("pr_opened");
    expect(opened.reactions(comment)).toEqual([]);
    expect(await opened.answers()).toEqual([]);
  });

  it("is passed over when it is gone, or stands on another pull request", async () => {
    const opened = await setUp();
    const comment = await opened.say("/relyloop reject");
    const branch = await opened.sandbox.pushAs("alice", opened.repository.id, "other", { "a.txt": "a" });
    expect(branch).toMatch(/^[0-9a-f]{40}$/);
    const other = await opened.sandbox.openPull(opened.repository.id, { title: "Other", head: "other" });
    const body = "/relyloop reject";
    const elsewhere = await opened.sandbox.commentOnPull(opened.repository.id, other.number, { body });
    await opened.run(elsewhere.id);
    await opened.sandbox.deleteComment(opened.repository.id, comment);
    await opened.run(comment);
    expect((await opened.row()).status).toBe("pr_opened");
    expect(opened.logged.map(({ why }) => why)).toEqual([
      "it stands under another issue",
      "the comment is gone",
    ]);
  });

  it("is passed over for a proposal without a pull request", async () => {
    const opened = await setUp();
    const comment = await opened.say("/relyloop reject");
    const gone = { status: "pending" as const, pr_number: null };
    await context.db.updateTable("proposals").set(gone).where("id", "=", opened.id).execute();
    await opened.run(comment);
    expect((await opened.row()).status).toBe("pending");
    await opened.run(comment, "0198a0c0-0000-7000-8000-000000000002");
    expect(opened.reactions(comment)).toEqual([]);
  });
});

describe("a conversation that takes no answer", () => {
  it.each([
    ["reactions", 403],
    ["comments", 403],
    ["reactions", 422],
  ] as const)("because GitHub refuses its %s with a %s, does not fail the job", async (closed, status) => {
    const opened = await setUp();
    const repo = `/api/v3/repos/${opened.repository.full_name}/issues`;
    const path =
      closed === "reactions" ? `${repo}/comments/*/reactions` : `${repo}/${opened.number}/comments`;
    const body = { message: "Unable to create comment because issue is locked." };
    opened.sandbox.faults.add({ method: "POST", path, fault: { kind: "answer", status, body } });
    await opened.command("/relyloop what");
    expect(opened.logged.at(-1)?.msg).toContain("takes no answer");
    expect(await opened.answers()).toEqual([]);
  });

  it("for now, is answered by a later run", async () => {
    const opened = await setUp();
    const path = `/api/v3/repos/${opened.repository.full_name}/issues/${opened.number}/comments`;
    opened.sandbox.faults.add({ method: "POST", path, times: null, fault: { kind: "answer", status: 502 } });
    const comment = await opened.say("/relyloop what");
    await expect(opened.run(comment)).rejects.toThrow();
    opened.sandbox.faults.clear();
    await opened.run(comment);
    expect(await opened.answers()).toHaveLength(1);
  });
});

it("nobody is answered on a pull request that is not the proposal's any more", async () => {
  const opened = await setUp();
  const path = `/api/v3/repos/${opened.repository.full_name}/collaborators/*`;
  const held = opened.sandbox.faults.add({ path, fault: { kind: "hold", when: "before" } });
  const comment = await opened.say("/relyloop what");
  const ran = opened.run(comment);
  await opened.sandbox.faults.held(held);
  await context.db.updateTable("proposals").set({ pr_number: 99 }).where("id", "=", opened.id).execute();
  opened.sandbox.faults.release(held);
  expect(await ran).toBe("done");
  expect(opened.reactions(comment)).toEqual([]);
  expect(await opened.answers()).toEqual([]);
});
