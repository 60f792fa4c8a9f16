import { afterAll, beforeAll, expect, it } from "vitest";
import type { ToldPayload } from "../../sandbox/hooks/hooks-control.ts";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox.ts";
import { createWebhookConformance } from "../support/webhook-conformance.ts";

const REPO = "acme/search-config";

/** All there is: what is missing here has not been checked. */
const KINDS = [
  "check_run.completed",
  "check_run.created",
  "check_run.rerequested",
  "check_suite.rerequested",
  "installation.created",
  "installation.deleted",
  "installation.new_permissions_accepted",
  "installation.suspend",
  "installation.unsuspend",
  "installation_repositories.added",
  "installation_repositories.removed",
  "installation_target.renamed",
  "issue_comment.created",
  "issue_comment.deleted",
  "issue_comment.edited",
  "pull_request.closed",
  "pull_request.converted_to_draft",
  "pull_request.edited",
  "pull_request.opened",
  "pull_request.ready_for_review",
  "pull_request.reopened",
  "pull_request.synchronize",
  "pull_request_review.dismissed",
  "pull_request_review.submitted",
  "repository.archived",
  "repository.created",
  "repository.deleted",
  "repository.edited",
  "repository.renamed",
  "repository.transferred",
  "repository.unarchived",
  "status",
];

let world: TestSandbox;
const told: ToldPayload[] = [];
beforeAll(async () => {
  world = await startTestSandbox();
  world.sandbox.hooks.onPayload((payload) => told.push(payload));
});
afterAll(() => world.close());

/** A life with everything in it that the app may hear of. */
async function live(): Promise<void> {
  const { sandbox, client } = world;
  await onPulls();
  const authorization = `token ${await client.token()}`;
  const post = (path: string, body: object) =>
    client.send("POST", `/repos/${REPO}${path}`, { authorization, body });
  await post("/issues/1/comments", { body: "By the app." });
  const [pull] = await sandbox.pulls(REPO);
  const run = await post("/check-runs", {
    name: "RelyLoop",
    head_sha: pull?.head.sha,
    conclusion: "skipped",
  });
  await sandbox.rerunCheck(REPO, run.body.id);
  await sandbox.rerunChecks(REPO, 1);

  const { id } = sandbox.installation("acme") ?? { id: 0 };
  const other = await sandbox.createRepository({ owner: "acme", name: "other" });
  await sandbox.renameRepository(other.id, "renamed");
  await sandbox.archiveRepository(other.id);
  await sandbox.archiveRepository(other.id, false);
  await sandbox.pushAs("bob", other.id, "trunk", { "x.txt": "x\n" });
  await sandbox.setDefaultBranch(other.id, "trunk");
  await sandbox.removeRepository(id, other.id);
  await sandbox.addRepository(id, other.id);
  await sandbox.suspend(id);
  await sandbox.unsuspend(id);
  await sandbox.setAppPermissions({ ...sandbox.installation(id)?.permissions, issues: "write" });
  await sandbox.acceptPermissions(id);
  await sandbox.createOrganization("globex");
  await sandbox.install("globex", { repositories: "all" });
  await sandbox.createRepository({ owner: "globex", name: "new" });
  await sandbox.transferRepository(other.id, "globex");
  await sandbox.deleteRepository(other.id);
  await sandbox.renameAccount("globex", "globex-corp");
  await sandbox.uninstall(sandbox.installation("globex-corp")?.id ?? 0);
}

async function onPulls(): Promise<void> {
  const { sandbox } = world;
  await sandbox.pushAs("bob", REPO, "topic", { "x.txt": "x\n" });
  await sandbox.openPull(REPO, { title: "T", head: "topic", person: "bob" });
  await sandbox.convertToDraft(REPO, 1);
  await sandbox.readyForReview(REPO, 1);
  await sandbox.editPull(REPO, 1, { title: "U", body: "B" });
  await sandbox.pushToHead(REPO, 1);
  const { id } = await sandbox.commentOnPull(REPO, 1, { body: "Hm." });
  await sandbox.editComment(REPO, id, { body: "Ah." });
  await sandbox.reactToComment(REPO, id, { content: "eyes" });
  await sandbox.deleteComment(REPO, id);
  const review = await sandbox.reviewPull(REPO, 1, { state: "changes_requested", body: "No." });
  await sandbox.dismissReview(REPO, 1, review.id);
  await sandbox.setStatus(REPO, 1, { state: "failure" });
  await sandbox.reportCheck(REPO, 1, { app: "ci", conclusion: "skipped" });
  await sandbox.closePull(REPO, 1);
  await sandbox.reopenPull(REPO, 1);
  const fork = await sandbox.fork(REPO, "carol");
  await sandbox.pushAs("carol", fork.id, "fix", { "y.txt": "y\n" });
  await sandbox.openPull(REPO, { title: "From a fork", head: "carol:fix", person: "carol" });
  await sandbox.mergePull(REPO, 2);
}

it("everything the sandbox tells the app has GitHub's shape", async () => {
  await live();
  await world.sandbox.hooks.idle();
  const conformance = createWebhookConformance();
  for (const { event, payload } of told) conformance.check(event, payload);
  const kinds = new Set(told.map(({ event, action }) => (action === null ? event : `${event}.${action}`)));
  expect([...kinds].toSorted()).toEqual(KINDS);
});
