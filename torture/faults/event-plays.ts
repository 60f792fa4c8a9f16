import {
  mirrorPrJob,
  refreshCheckJob,
  runCommandJob,
  syncInstallationJob,
  tidyCommentsJob,
} from "../../src/queue/event-jobs.ts";
import { open, standing } from "./backstage.ts";
import * as goals from "./goals.ts";
import type { Play } from "./scene.ts";

const DAY_MS = 24 * 60 * 60_000;

const ASKED = { delivery_id: null, request_id: "torture" };

export const mirroring: Play = {
  name: "mirror_pr",
  set: async (backstage) => {
    const { db, now } = backstage;
    const { id, branch } = await standing(backstage);
    const unread = { pr_state: "closed", pr_checks: null, pr_review: null, pr_updated_at: null } as const;
    await db.updateTable("proposals").set(unread).where("id", "=", id).execute();
    const never = { parts: "{}", read_at: null };
    await db.updateTable("pull_mirrors").set(never).where("proposal_id", "=", id).execute();
    const about = { ...backstage, id, branch };
    const mirror = (cause: string) =>
      mirrorPrJob({ ...ASKED, proposal_id: id, cause, said: null, asked_at: new Date(now()).toISOString() });
    return {
      job: mirror("event 1"),
      retryCount: 0,
      proposalId: id,
      missing: (lenient) => goals.notMirrored(about, lenient),
      doubled: () => goals.doubled(about),
      again: async () => mirror("event 2"),
    };
  },
};

export const checking: Play = {
  name: "refresh_check",
  set: async (backstage) => {
    const { db, now } = backstage;
    const { id, branch } = await open(backstage);
    // The base has another value than the proposal was made from, which the body is to say.
    const config_diff = JSON.stringify({ boost: { from: 1, to: 3.5 } });
    await db.updateTable("proposals").set({ config_diff }).where("id", "=", id).execute();
    const about = { ...backstage, id, branch };
    const refresh = (cause: string) =>
      refreshCheckJob({
        ...ASKED,
        proposal_id: id,
        cause,
        body: true,
        asked_at: new Date(now()).toISOString(),
      });
    return {
      job: refresh("event 1"),
      retryCount: 0,
      proposalId: id,
      missing: (lenient) => goals.notChecked(about, lenient),
      doubled: async () => [...(await goals.doubled(about)), ...(await goals.checkedTwice(about))],
      again: async () => refresh("event 2"),
    };
  },
};

export const commanding = (name: string, body: string, goal: typeof goals.notAnswered): Play => ({
  name,
  set: async (backstage) => {
    const { sandbox, site, now } = backstage;
    const { id, branch, number } = await standing(backstage);
    const comment = await sandbox.commentOnPull(site.repository.id, number, { body, person: "wendy" });
    const about = { ...backstage, id, branch, number, comment: comment.id };
    const command = (cause: string) =>
      runCommandJob({
        ...ASKED,
        proposal_id: id,
        comment_id: comment.id,
        cause,
        asked_at: new Date(now()).toISOString(),
      });
    return {
      job: command("event 1"),
      retryCount: 0,
      proposalId: id,
      missing: (lenient) => goal(about, lenient),
      doubled: async () => [...(await goals.doubled(about)), ...(await goals.answeredTwice(about))],
      again: async () => command("event 2"),
    };
  },
});

export const tidying: Play = {
  name: "tidy_comments",
  set: async (backstage) => {
    const { now } = backstage;
    // Where GitHub won't have it tidied, two comments stay.
    const about = { ...backstage, ...(await open(backstage)) };
    const comment_id = await goals.comeLate(about);
    const tidy = (cause: string) =>
      tidyCommentsJob({
        ...ASKED,
        proposal_id: about.id,
        comment_id,
        cause,
        asked_at: new Date(now()).toISOString(),
      });
    return {
      job: tidy("event 1"),
      retryCount: 0,
      proposalId: about.id,
      missing: () => goals.notTidied(about),
      // There are two to begin with.
      doubled: async () => [],
      again: async () => tidy("event 2"),
    };
  },
};

export const syncing: Play = {
  name: "sync_installation",
  set: async ({ db, site, now }) => {
    // As it was before somebody renamed the default branch.
    await db
      .updateTable("config_repos")
      .set({ default_branch: "old" })
      .where("id", "=", site.configRepoId)
      .execute();
    await db
      .updateTable("installations")
      .set({ synced_at: null })
      .where("id", "=", site.installationId)
      .execute();
    const sync = (cause: string) =>
      syncInstallationJob({
        ...ASKED,
        installation_id: site.installationId,
        cause,
        said: null,
        // The database's clock puts reads in order, and has not moved.
        asked_at: new Date(now() + DAY_MS).toISOString(),
      });
    return {
      job: sync("event 1"),
      retryCount: 0,
      proposalId: null,
      missing: () => goals.notSynced({ db, site }),
      doubled: async () => [],
      again: async () => sync("event 2"),
    };
  },
};
