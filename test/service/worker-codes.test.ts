import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type NOT_CONFIGURED_REASONS, WORKER_CODES, type WorkerCode } from "../../src/errors.ts";
import { createScenario, PARAMS_FILE, type Scenario } from "../support/scenario.ts";
import { startTestService, type TestService } from "../support/service.ts";

let service: TestService;
beforeAll(async () => {
  // Nothing but the job itself is to find out what changed on GitHub.
  service = await startTestService({ WEBHOOKS: "off" });
});
afterAll(async () => {
  service.sandbox.faults.clear();
  expect(service.violations).toEqual([]);
  await service.close();
});

interface Provoked {
  scenario: Scenario;
  proposalId: string;
}

const withDiff = async (configDiff: Record<string, { to: unknown }>): Promise<Provoked> => {
  const scenario = await createScenario(service);
  return { scenario, proposalId: await scenario.byHand(configDiff) };
};

const withFiles = async (files: Parameters<typeof createScenario>[1] & object): Promise<Provoked> => {
  const scenario = await createScenario(service, files);
  return { scenario, proposalId: await scenario.byHand() };
};

/** One way into each code; a code without one does not compile. */
const PROVOCATIONS: Record<WorkerCode, () => Promise<Provoked>> = {
  PARAM_NOT_IN_TEMPLATE: () => withDiff({ nobody_declared_this: { to: 1 } }),
  PARAM_VALUE_INVALID: () => withDiff({ title_boost: { to: "high" } }),
  PARAMS_FILE_NOT_FOUND: () => withFiles({ files: { "README.md": "no params here\n" } }),
  INVALID_CONFIG_PATH: () =>
    withFiles({ configPath: "live", files: { "real/*": PARAMS_FILE, live: { symlink: "real" } } }),
  NO_CHANGES: () => withDiff({ title_boost: { to: 2 } }),
  BRANCH_EXISTS: async () => {
    const provoked = await withDiff({ title_boost: { to: 3 } });
    const branch = `relyloop/proposal-${provoked.proposalId}`;
    await service.sandbox.git(provoked.scenario.repository.id, "update-ref", `refs/heads/${branch}`, "main");
    return provoked;
  },
  CLONE_FAILED: async () => {
    const provoked = await withDiff({ title_boost: { to: 3 } });
    const path = `/config-repos/${provoked.scenario.configRepoId}`;
    await service.api.request("PATCH", path, { body: { pr_base_branch: "no-such-branch" } });
    return provoked;
  },
  PUSH_REJECTED: async () => {
    const provoked = await withDiff({ title_boost: { to: 3 } });
    const rule = { kind: "protected", pattern: "relyloop/*" } as const;
    await service.sandbox.setBranchRule(provoked.scenario.repository.id, rule);
    return provoked;
  },
  GITHUB_API_FAILED: async () => {
    const provoked = await withDiff({ title_boost: { to: 3 } });
    service.sandbox.faults.add({
      method: "POST",
      path: `/api/v3/repos/${provoked.scenario.repository.full_name}/pulls`,
      fault: { kind: "answer", status: 422, body: { message: "Validation Failed" } },
    });
    return provoked;
  },
  GITHUB_NOT_CONFIGURED: async () => {
    const scenario = await createScenario(service);
    // The app learns of it when it asks for a token.
    await service.sandbox.suspend(scenario.installationId);
    return { scenario, proposalId: await scenario.byHand() };
  },
};

describe("every worker code", () => {
  it.each(WORKER_CODES)(
    "%s is written to the row, told on the timeline, and leaves no pull request",
    async (code) => {
      const { api, sandbox, db } = service;
      const { scenario, proposalId } = await PROVOCATIONS[code]();
      const proposal = await api.open(proposalId);
      expect(proposal).toMatchObject({
        status: "pending",
        pr_url: null,
        open_pr: { state: "failed", error: { code } },
      });
      const row = await db
        .selectFrom("proposals")
        .selectAll()
        .where("id", "=", proposalId)
        .executeTakeFirstOrThrow();
      expect(row.pr_open_error).toBe(`${code}: ${proposal.open_pr.error?.message}`);
      expect(row.open_pr_run).toBeNull();
      const events = await api.get<{ data: { kind: string; data: { code?: string } }[] }>(
        `/proposals/${proposalId}/events`,
      );
      expect(events.data.at(-1)).toMatchObject({ kind: "open_pr_failed", data: { code } });
      expect(await sandbox.pulls(scenario.repository.id)).toEqual([]);
    },
  );
});

describe("a push GitHub forbids with a 403", () => {
  it("is PUSH_REJECTED, not a repository that can't be read", async () => {
    const { scenario, proposalId } = await withDiff({ title_boost: { to: 3 } });
    const path = `/${scenario.repository.full_name}*/git-receive-pack`;
    const fault = { kind: "answer", status: 403, body: "Write access to repository not granted." } as const;
    const id = service.sandbox.faults.add({ method: "POST", path, fault });
    const proposal = await service.api.open(proposalId);
    service.sandbox.faults.remove(id);
    expect(proposal.open_pr.error).toMatchObject({ code: "PUSH_REJECTED", retryable: false });
  });
});

describe("GITHUB_NOT_CONFIGURED found out by the job", () => {
  const changes: Partial<
    Record<(typeof NOT_CONFIGURED_REASONS)[number], (scenario: Scenario) => Promise<unknown>>
  > = {
    uninstalled: ({ installationId }) => service.sandbox.uninstall(installationId),
    suspended: ({ installationId }) => service.sandbox.suspend(installationId),
    repo_removed: ({ installationId, repository }) =>
      service.sandbox.removeRepository(installationId, repository.id),
    permission_pending: ({ installationId }) =>
      service.sandbox.setPermissions(installationId, { metadata: "read", contents: "read" }),
  };
  it.each(Object.entries(changes))("says %s", async (reason, change) => {
    const scenario = await createScenario(service);
    // Only the service's tables still say that all is well.
    await change(scenario);
    const proposal = await service.api.open(await scenario.byHand());
    expect(proposal.open_pr.error).toMatchObject({ code: "GITHUB_NOT_CONFIGURED", reason });
  });
});
