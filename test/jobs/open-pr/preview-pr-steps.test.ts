import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { storeHead } from "../../../src/db/heads-store.ts";
import { GitError, type GitErrorKind } from "../../../src/git/transport.ts";
import { createPreviewPr } from "../../../src/jobs/open-pr/preview-pr.ts";
import { addReadyProposal } from "../../actions/action-fixtures.ts";
import { useStore } from "../../db/store-fixtures.ts";
import { addStudyOf } from "./attempt-on-fake-remote.ts";
import { BASE, createFakeRemote, type FakeRemoteOptions, HEAD } from "./fake-remote.ts";

const store = useStore();

const setUp = async ({ byHand = false, ...world }: FakeRemoteOptions & { byHand?: boolean } = {}) => {
  const { id, configRepoId, row } = await addReadyProposal(store.db);
  const study = byHand ? null : await addStudyOf(store.db, await row());
  const remote = createFakeRemote(world);
  const signal = new AbortController().signal;
  const previewPr = createPreviewPr({
    db: store.db,
    log: pino({ level: "silent" }),
    credentials: true,
    openConfigRepo: remote.open,
    renderImportanceChart: async () => new Uint8Array([1, 2, 3]),
    baseUrl: null,
    redact: (text) => text.replaceAll("RelyLoop", "[redacted]"),
  });
  const preview = () =>
    previewPr({ proposalId: id, actor: { token: "ui", person: "Ada" }, signal }).catch(
      (error: unknown) => error,
    );
  const branch = byHand ? `relyloop/proposal-${id}` : `relyloop/study-${study}`;
  return { id, configRepoId, remote, signal, preview, branch };
};

describe("a preview", () => {
  it("shows what a press would make: the change, the texts as they would be sent, and the chart", async () => {
    const { id, preview, branch, remote, signal, configRepoId } = await setUp();
    const shown = await preview();
    expect(shown).toMatchObject({
      proposal_id: id,
      branch,
      base_branch: "main",
      base_sha: BASE,
      path: expect.stringMatching(/\.params\.json$/),
      diff: expect.stringContaining('-{"boost": 1.50}\n+{"boost": 2}\n'),
      title: "[redacted]: a study",
      body: expect.stringContaining("[redacted] proposes new parameters"),
      changes: [{ param: "boost", from: 1.5, to: 2 }],
      drift: [],
      out_of_range: [],
      chart: { media_type: "image/png", base64: "AQID" },
    });
    expect(shown).toMatchObject({ body: expect.stringContaining("by Ada with the API token `ui`") });
    expect(remote.read).toMatchObject([{ commit: BASE, also: [] }]);
    expect(remote.asked).toEqual(["tips", "close"]);
    expect(remote.opened).toMatchObject([{ purpose: "read", configRepo: { id: configRepoId }, signal }]);
  });

  it("of a proposal made by hand has no chart", async () => {
    const { preview } = await setUp({ byHand: true });
    expect(await preview()).toMatchObject({ chart: null });
  });

  it("lets nobody write", async () => {
    const { preview, remote } = await setUp();
    await preview();
    await expect(remote.opened[0]?.beforeWrite()).rejects.toThrow("a preview writes nothing");
  });

  it("is refused where a press would be: a branch that is not ours, or none to go to", async () => {
    const foreign = await setUp();
    foreign.remote.tips.set(foreign.branch, HEAD);
    expect(await foreign.preview()).toMatchObject({ code: "BRANCH_EXISTS" });
    expect(foreign.remote.asked).toEqual(["tips", "close"]);

    const none = await setUp();
    none.remote.tips.clear();
    expect(await none.preview()).toMatchObject({ code: "CLONE_FAILED", reason: "base_branch_missing" });
  });

  it("does not mind a branch that this proposal left", async () => {
    const { id, configRepoId, preview, remote, branch } = await setUp();
    const head = { branch, base_branch: "main", head_sha: HEAD, attempt: 1 };
    await storeHead(store.db, { proposal_id: id, config_repo_id: configRepoId, ...head });
    remote.tips.set(branch, HEAD);
    expect(await preview()).toMatchObject({ branch });
  });

  it("says what git said, and lets every other error through", async () => {
    const kind: GitErrorKind = "not_found";
    const refused = await setUp({ fails: { tips: new GitError(kind, "no such repository") } });
    expect(await refused.preview()).toMatchObject({
      code: "CLONE_FAILED",
      reason: "not_found",
      message: expect.stringContaining("no such repository"),
      cause: expect.any(GitError),
    });
    expect(refused.remote.asked).toEqual(["tips", "close"]);

    const error = new Error("something else");
    expect(await (await setUp({ fails: { tips: error } })).preview()).toBe(error);
  });
});
