import type { InstallationRecord, PullRecord, RepositoryRecord } from "../../state/model.ts";
import type { HookEvent } from "../hook-event.ts";
import { checkRunPayload } from "./check-run-payload.ts";
import { checkSuitePayload } from "./check-suite-payload.ts";
import { installationPayload } from "./installation-payload.ts";
import { installationRepositoriesPayload } from "./installation-repositories-payload.ts";
import { installationTargetPayload } from "./installation-target-payload.ts";
import { issueCommentPayload } from "./issue-comment-payload.ts";
import type { PayloadContext } from "./parts.ts";
import { pullRequestPayload } from "./pull-request-payload.ts";
import { pullRequestReviewPayload } from "./pull-request-review-payload.ts";
import { repositoryPayload } from "./repository-payload.ts";
import { statusPayload } from "./status-payload.ts";

/** What only git can add to a payload, with the records it has to be asked about. */
export type FromGit =
  | { kind: "pull_numbers"; repository: RepositoryRecord; pull: PullRecord }
  | { kind: "status_commit"; repository: RepositoryRecord; sha: string }
  | { kind: "head_commit"; repository: RepositoryRecord; sha: string };

/** A payload as far as the records tell it. It is plain JSON, and must be written down before the records change. */
export interface PayloadDraft {
  payload: object;
  /** Null: nothing is missing. */
  fromGit: FromGit | null;
}

/** @param installation the one that is told. */
export function draftPayload(
  context: PayloadContext,
  event: HookEvent,
  installation: InstallationRecord,
): PayloadDraft {
  switch (event.event) {
    case "installation":
      return { payload: installationPayload(context, event), fromGit: null };
    case "installation_repositories":
      return { payload: installationRepositoriesPayload(context, event), fromGit: null };
    case "installation_target":
      return { payload: installationTargetPayload(context, event), fromGit: null };
    case "repository":
      return { payload: repositoryPayload(context, event, installation), fromGit: null };
    case "pull_request": {
      const { repository, pull } = event;
      const fromGit = { kind: "pull_numbers", repository, pull } as const;
      return { payload: pullRequestPayload(context, event, installation), fromGit };
    }
    case "pull_request_review":
      return { payload: pullRequestReviewPayload(context, event, installation), fromGit: null };
    case "check_run":
      return { payload: checkRunPayload(context, event, installation), fromGit: null };
    case "check_suite": {
      const fromGit = { kind: "head_commit", repository: event.repository, sha: event.head.sha } as const;
      return { payload: checkSuitePayload(context, event, installation), fromGit };
    }
    case "status": {
      const { repository, status } = event;
      const fromGit = { kind: "status_commit", repository, sha: status.sha } as const;
      return { payload: statusPayload(context, event, installation), fromGit };
    }
    case "issue_comment":
      return { payload: issueCommentPayload(context, event, installation), fromGit: null };
    default:
      return event satisfies never;
  }
}
