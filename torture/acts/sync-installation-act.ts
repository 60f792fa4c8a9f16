import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { Act } from "./act.ts";

/** A person adds a repository to the installation, and renames another one. */
export const syncInstallationAct: Act = {
  name: "sync_installation",
  actor: "worker",
  prepare: async ({ service, scenario }) => {
    const { owner } = scenario.repository;
    const [added, renamed] = [`added-${randomUUID()}`, `renamed-${randomUUID()}`];
    const { sandbox, db } = service;
    return {
      begin: async () => {
        await sandbox.createRepository({ owner, name: added });
        await sandbox.renameRepository(scenario.repository.id, renamed);
      },
      check: async () => {
        const rows = await db.selectFrom("config_repos").selectAll().where("owner", "=", owner).execute();
        const known = rows.map(({ github_repo_id, repo, status, repo_url, auth_ref }) => ({
          github_repo_id,
          repo,
          status,
          repo_url,
          auth_ref,
        }));
        const byId = (one: { github_repo_id: number }, other: { github_repo_id: number }) =>
          one.github_repo_id - other.github_repo_id;
        const truth = sandbox.repositories().filter((repository) => repository.owner === owner);
        assert.deepEqual(
          known.toSorted(byId),
          truth
            .map(({ id, name, html_url }) => ({
              github_repo_id: id,
              repo: name,
              status: "active",
              repo_url: html_url,
              auth_ref: String(scenario.installationId),
            }))
            .toSorted(byId),
          "the rows are what the installation covers",
        );
      },
    };
  },
};
