import { createScenario } from "../../../test/support/scenario.ts";
import type { LeakWorld } from "../leak-world.ts";
import { expectCleanChart } from "./expect-clean-chart.ts";
import { expectStatus } from "./expect-status.ts";
import { createPastedScenario } from "./pasted-scenario.ts";
import type { Provocation } from "./provocation.ts";

const REASON_CHARACTERS_MAX = 2_000;

/** What goes well, with secrets in the texts of those who use it. */
export const runs: Provocation[] = [
  {
    name: "a study's pull request, opened, read and merged",
    run: async (world) => {
      const { scenario, fromStudy } = await createPastedScenario(world);
      const id = await fromStudy();
      expectStatus(200, await world.api.request("GET", `/proposals/${id}/preview`), "a preview");
      const number = await opened(world, id);
      const { full_name } = scenario.repository;
      const { pr_head_sha: commit, pr_branch } = await world.api.proposal(id);
      const studyId = pr_branch?.replace(/^.*study-/, "") ?? "";
      await expectCleanChart(world, { repository: full_name, commit: commit ?? "", studyId });
      await world.sandbox.reviewPull(full_name, number, {
        state: "approved",
        body: world.canaries.githubPaste.text,
      });
      await world.sandbox.mergePull(full_name, number);
      await world.api.until(id, ({ status }) => status === "pr_merged");
      expectStatus(200, await world.api.request("GET", `/proposals/${id}/events`), "the timeline");
    },
  },
  {
    name: "a proposal made by hand, pressed by somebody whose name is a secret, then rejected for one",
    run: async ({ api, canaries, ...world }) => {
      const { byHand } = await createPastedScenario({ api, canaries, ...world });
      const id = await byHand();
      const headers = { "x-relyloop-actor": canaries.paste.token };
      expectStatus(202, await api.request("POST", `/proposals/${id}/open_pr`, { headers }), "a press");
      await api.until(id, ({ status }) => status === "pr_opened");
      const body = { reason: canaries.paste.text.slice(0, REASON_CHARACTERS_MAX) };
      expectStatus(
        200,
        await api.request("POST", `/proposals/${id}/reject`, { headers, body }),
        "a rejection",
      );
      await api.until(id, ({ pr_state }) => pr_state === "closed");
    },
  },
  {
    name: "commands in comments that hold secrets, known ones and unknown ones",
    run: async (world) => {
      const scenario = await createScenario(world);
      const id = await scenario.byHand();
      const number = await opened(world, id);
      const { full_name } = scenario.repository;
      for (const command of ["refresh", "frobnicate", "reject"]) {
        const body = `/relyloop ${command} ${world.canaries.githubPaste.text}`;
        await world.sandbox.commentOnPull(full_name, number, { body });
      }
      await world.api.until(id, ({ status }) => status === "rejected");
    },
  },
];

/** @returns the pull request's number */
const opened = async ({ api }: Pick<LeakWorld, "api">, id: string): Promise<number> => {
  const { pr_number, open_pr } = await api.open(id);
  if (pr_number === null) throw new Error(`no pull request was opened: ${open_pr.error?.code}`);
  return pr_number;
};
