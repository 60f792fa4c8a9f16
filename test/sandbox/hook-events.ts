import type { HookEvent } from "../../sandbox/hooks/hook-event.ts";
import type { HookWorld } from "./hook-world.ts";

type Make = (records: HookWorld["records"]) => HookEvent;

const SHA = "6113728f27ae82c7b1a177c8d03f9e96e0adf246";
const CLOSED = { state: "closed", closed_at: "2026-11-22T12:00:00Z" } as const;
const MERGED = { ...CLOSED, merged_at: CLOSED.closed_at, merge_commit_sha: SHA };

/** One event of every kind and action, made from records as they are at such a moment. */
export const EVENTS: readonly [name: string, make: Make][] = [
  ...installationEvents(),
  ...repositoryEvents(),
  ...pullEvents(),
  ...aroundPulls(),
];

function installationEvents(): [string, Make][] {
  const plain = (["created", "deleted", "unsuspend", "new_permissions_accepted"] as const).map(
    (action): [string, Make] => [
      `installation.${action}`,
      ({ alice, installation, repository }) => {
        return { event: "installation", action, sender: alice, installation, repositories: [repository] };
      },
    ],
  );
  const changed = (["added", "removed"] as const).map((action): [string, Make] => [
    `installation_repositories.${action}`,
    ({ alice, installation, repository }) => {
      const repositories = [repository];
      return { event: "installation_repositories", action, sender: alice, installation, repositories };
    },
  ]);
  return [
    ...plain,
    ...changed,
    [
      "installation.suspend",
      ({ alice, installation, repository }) => {
        const suspended = { ...installation, suspended_at: "2026-11-22T12:00:00Z" };
        const repositories = [repository];
        return {
          event: "installation",
          action: "suspend",
          sender: alice,
          installation: suspended,
          repositories,
        };
      },
    ],
    [
      "installation_target.renamed",
      ({ alice, installation, owner: account }) => {
        return {
          event: "installation_target",
          action: "renamed",
          sender: alice,
          account,
          from: "old",
          installation,
        };
      },
    ],
  ];
}

function repositoryEvents(): [string, Make][] {
  const actions = [
    "created",
    "renamed",
    "transferred",
    "archived",
    "unarchived",
    "deleted",
    "edited",
  ] as const;
  return actions.map((action) => [
    `repository.${action}`,
    ({ alice, repository, installation }) => ({
      event: "repository",
      action,
      sender: alice,
      repository: { ...repository, archived: action === "archived" },
      ...(action === "renamed" ? { from: { name: "old-name" } } : {}),
      ...(action === "transferred" ? { from: { owner: alice }, installation } : {}),
      ...(action === "edited" ? { from: { default_branch: "master" } } : {}),
    }),
  ]);
}

function pullEvents(): [string, Make][] {
  const plain = (["opened", "reopened", "ready_for_review"] as const).map((action): [string, Make] => [
    `pull_request.${action}`,
    ({ alice, repository, pull }) => ({ event: "pull_request", action, sender: alice, repository, pull }),
  ]);
  const on = (name: string, make: Make): [string, Make] => [`pull_request.${name}`, make];
  return [
    ...plain,
    on("closed", ({ alice, repository, pull }) => {
      return {
        event: "pull_request",
        action: "closed",
        sender: alice,
        repository,
        pull: { ...pull, ...CLOSED },
      };
    }),
    on("closed, merged", ({ alice, repository, pull }) => {
      const merged = { ...pull, ...MERGED, merged_by_id: alice.id };
      return { event: "pull_request", action: "closed", sender: alice, repository, pull: merged };
    }),
    on("converted_to_draft", ({ alice, repository, pull }) => {
      const draft = { ...pull, draft: true };
      return { event: "pull_request", action: "converted_to_draft", sender: alice, repository, pull: draft };
    }),
    on("edited", ({ alice, repository, pull }) => {
      const from = { title: "Old", body: null, base: { ref: "old", sha: SHA } };
      return { event: "pull_request", action: "edited", sender: alice, repository, pull, from };
    }),
    on("synchronize", ({ alice, repository, pull }) => {
      return { event: "pull_request", action: "synchronize", sender: alice, repository, pull, before: SHA };
    }),
  ];
}

function aroundPulls(): [string, Make][] {
  const comments = (["created", "edited", "deleted"] as const).map((action): [string, Make] => [
    `issue_comment.${action}`,
    ({ alice, repository, pull, comment }) => {
      return { event: "issue_comment", action, sender: alice, repository, pull, comment };
    },
  ]);
  const runs = (["created", "completed", "rerequested"] as const).map((action): [string, Make] => [
    `check_run.${action}`,
    ({ alice, repository, checkRun }) => ({
      event: "check_run",
      action,
      sender: alice,
      repository,
      checkRun,
    }),
  ]);
  return [
    ...comments,
    ...runs,
    [
      "check_suite.rerequested",
      ({ alice, repository, pull }) => {
        const head = { sha: pull.head_sha, branch: pull.head_ref };
        return { event: "check_suite", action: "rerequested", sender: alice, repository, head };
      },
    ],
    ["status", ({ alice, repository, status }) => ({ event: "status", sender: alice, repository, status })],
    [
      "pull_request_review.submitted",
      ({ alice, repository, pull, review }) => {
        return { event: "pull_request_review", action: "submitted", sender: alice, repository, pull, review };
      },
    ],
    [
      "pull_request_review.dismissed",
      ({ alice, repository, pull, review }) => {
        const dismissed = { ...review, state: "DISMISSED" } as const;
        return {
          event: "pull_request_review",
          action: "dismissed",
          sender: alice,
          repository,
          pull,
          review: dismissed,
        };
      },
    ],
  ];
}
