import { expect, it, vi } from "vitest";
import type { PullSignals } from "../../../src/github/pull-signals.ts";
import type { Mirrored } from "../../../src/jobs/mirror-pr/load-mirrored.ts";
import { readPull } from "../../../src/jobs/mirror-pr/read-pull.ts";

/** How a pull request is asked for whose mirror was read then. */
const asked = async (read_at: Date | null) => {
  const pull = vi.fn<PullSignals["pull"]>(async () => ({ kind: "unchanged" }));
  const mirrored = {
    number: 12,
    proposal: { status: "pr_opened", pr_state: "closed" },
    mirror: { read_at, parts: {}, head_sha: null },
  } as unknown as Mirrored;
  const github = { signals: { pull } as unknown as PullSignals, collaborators: { canWrite: vi.fn() } };
  await readPull(github, mirrored, null);
  return pull.mock.calls;
};

it("a pull request that was never read was opened just now: GitHub may not show it everywhere yet", async () => {
  expect(await asked(null)).toEqual([[12, null, { justWritten: true }]]);
  expect(await asked(new Date())).toEqual([[12, null, { justWritten: false }]]);
});
