import type {
  AccountRecord,
  CheckRunRecord,
  CommentRecord,
  InstallationRecord,
  PullRecord,
  RepositoryRecord,
  ReviewRecord,
  StatusRecord,
} from "../state/model.ts";

/**
 * Something that happened on this GitHub and that an app may be told of, under GitHub's names:
 * https://docs.github.com/webhooks/webhook-events-and-payloads.
 */
export type HookEvent = { sender: AccountRecord } & (
  | {
      event: "installation";
      action: "created" | "deleted" | "suspend" | "unsuspend" | "new_permissions_accepted";
      installation: InstallationRecord;
      /** What it covers; GitHub names them for `created` and `deleted`. */
      repositories: RepositoryRecord[];
    }
  | {
      event: "installation_repositories";
      action: "added" | "removed";
      installation: InstallationRecord;
      repositories: RepositoryRecord[];
    }
  | {
      event: "installation_target";
      action: "renamed";
      account: AccountRecord;
      /** The login it had. */
      from: string;
      installation: InstallationRecord;
    }
  | {
      event: "repository";
      action: "created" | "renamed" | "transferred" | "archived" | "unarchived" | "deleted" | "edited";
      repository: RepositoryRecord;
      /** What it was called, who owned it, and its default branch before. */
      from?: { name?: string; owner?: AccountRecord; default_branch?: string };
      /** Unset: the one that covers the repository now. A deleted or transferred repository has none any more. */
      installation?: InstallationRecord;
    }
  | {
      event: "pull_request";
      action: "opened" | "closed" | "reopened" | "edited" | "converted_to_draft" | "ready_for_review";
      repository: RepositoryRecord;
      pull: PullRecord;
      from?: { title?: string; body?: string | null; base?: { ref: string; sha: string } };
    }
  | {
      event: "pull_request";
      action: "synchronize";
      repository: RepositoryRecord;
      pull: PullRecord;
      /** The head before the push. */
      before: string;
    }
  | {
      event: "pull_request_review";
      action: "submitted" | "dismissed";
      repository: RepositoryRecord;
      pull: PullRecord;
      review: ReviewRecord;
    }
  | {
      event: "check_run";
      action: "created" | "completed" | "rerequested";
      repository: RepositoryRecord;
      checkRun: CheckRunRecord;
    }
  | {
      event: "check_suite";
      action: "rerequested";
      repository: RepositoryRecord;
      head: { sha: string; branch: string };
    }
  | { event: "status"; repository: RepositoryRecord; status: StatusRecord }
  | {
      event: "issue_comment";
      action: "created" | "edited" | "deleted";
      repository: RepositoryRecord;
      pull: PullRecord;
      comment: CommentRecord;
    }
);

/** Takes an event as it stands now: records may change right after. Never throws, never waits. */
export type EmitHookEvent = (event: HookEvent) => void;
