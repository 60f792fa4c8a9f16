import { WORKER_CODES, type WorkerCode } from "../../../src/errors.ts";
import { createScenario, PARAMS_FILE } from "../../../test/support/scenario.ts";
import type { LeakWorld } from "../leak-world.ts";
import { createPastedScenario } from "./pasted-scenario.ts";
import type { Provocation } from "./provocation.ts";

/** A way into each code, with secrets in what its message speaks of; a code without one does not compile. @returns the proposal */
const WAYS: Record<WorkerCode, (world: LeakWorld) => Promise<string>> = {
  PARAM_NOT_IN_TEMPLATE: async (world) =>
    (await createPastedScenario(world)).byHand({ [world.canaries.paste.token]: { to: 1 } }),
  PARAM_VALUE_INVALID: async (world) =>
    (await createPastedScenario(world)).byHand({ title_boost: { to: world.canaries.paste.text } }),
  PARAMS_FILE_NOT_FOUND: async (world) => {
    const { scenario, byHand } = await createPastedScenario(world);
    const { full_name } = scenario.repository;
    const path = `clusters/products/${world.canaries.pastedName}.params.json`;
    const files = { [path]: `not JSON ${world.canaries.pastedValue}` };
    await world.sandbox.pushAs("alice", full_name, "main", files, { message: "Break it" });
    return byHand();
  },
  INVALID_CONFIG_PATH: async (world) => {
    const files = { "real/*": PARAMS_FILE, live: { symlink: "real" } };
    return (await createScenario(world, { configPath: "live", files })).byHand();
  },
  NO_CHANGES: async (world) => (await createPastedScenario(world)).byHand({ fuzziness: { to: "AUTO" } }),
  BRANCH_EXISTS: async (world) => {
    const { scenario, byHand } = await createPastedScenario(world);
    const id = await byHand();
    const branch = `refs/heads/relyloop/proposal-${id}`;
    await world.sandbox.git(scenario.repository.full_name, "update-ref", branch, "main");
    return id;
  },
  CLONE_FAILED: async (world) => {
    const { scenario, byHand } = await createPastedScenario(world);
    const body = { pr_base_branch: world.canaries.paste.token };
    await world.api.request("PATCH", `/config-repos/${scenario.configRepoId}`, { body });
    return byHand();
  },
  PUSH_REJECTED: async (world) => {
    const { scenario, byHand } = await createPastedScenario(world);
    const rule = { kind: "protected", pattern: "relyloop/*" } as const;
    await world.sandbox.setBranchRule(scenario.repository.full_name, rule);
    return byHand();
  },
  GITHUB_API_FAILED: async (world) => {
    const { scenario, byHand } = await createPastedScenario(world);
    const { text } = world.canaries.githubPaste;
    world.sandbox.faults.add({
      method: "POST",
      path: `/api/v3/repos/${scenario.repository.full_name}/pulls`,
      fault: {
        kind: "answer",
        status: 422,
        body: { message: text, errors: [text] },
      },
    });
    return byHand();
  },
  GITHUB_NOT_CONFIGURED: async (world) => {
    const { scenario, byHand } = await createPastedScenario(world);
    // Told by GitHub when a token is asked for, and not before.
    const path = `/api/v3/app/installations/${scenario.installationId}/access_tokens`;
    const body = { message: `Not this one: ${world.canaries.githubPaste.text}` };
    world.sandbox.faults.add({ path, times: null, fault: { kind: "answer", status: 422, body } });
    return byHand();
  },
};

export const workerCodes: Provocation[] = WORKER_CODES.map((code) => ({
  name: `an attempt that ends with ${code}`,
  run: async (world) => {
    const { open_pr } = await world.api.open(await WAYS[code](world));
    if (open_pr.error?.code !== code) throw new Error(`it ended with ${open_pr.error?.code}, not ${code}`);
  },
}));
