import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { describe, expect, it } from "vitest";
import { AppError } from "../../src/errors.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { addPull, pullPayload, useWebhooks } from "./webhook-harness.ts";

const hooks = useWebhooks();

const signed = (payload: object, changes: { guid?: string; event?: string } = {}) => ({
  guid: randomUUID(),
  event: "pull_request",
  payload,
  bodySha256: "a".repeat(64),
  requestId: "r",
  ...changes,
});

const take = async (delivery: ReturnType<typeof signed>, webhooks = hooks.webhooks) =>
  (await webhooks.read(delivery)).store();

describe("deliveries that arrive together", () => {
  it("are stored once each, with their own jobs, however often each comes", async () => {
    const pulls = await Promise.all(Array.from({ length: 10 }, () => addPull(hooks.db)));
    const deliveries = Array.from({ length: 100 }, (_, at) => ({
      pull: pulls[at % pulls.length] as (typeof pulls)[number],
      guid: randomUUID(),
    }));
    const outcomes = await Promise.all(
      [...deliveries, ...deliveries, ...deliveries].map(({ pull, guid }) =>
        take(signed(pullPayload(pull, { action: "synchronize" }), { guid })),
      ),
    );
    expect(outcomes.filter((outcome) => outcome === "accepted")).toHaveLength(100);
    expect(outcomes.filter((outcome) => outcome === "known")).toHaveLength(200);
    for (const { pull, guid } of deliveries) {
      const jobs = await hooks.jobsOf(guid);
      expect(jobs.map(({ kind }) => kind)).toEqual(["mirror_pr", "refresh_check"]);
      expect(jobs).toMatchObject([{ proposal_id: pull.proposalId }, { proposal_id: pull.proposalId }]);
      expect((await hooks.delivery(guid))?.jobs.toSorted()).toEqual(jobs.map(({ id }) => id).sort());
    }
  });

  it("do not fail with the one that can't be stored", async () => {
    const pull = await addPull(hooks.db);
    const good = [signed(pullPayload(pull)), signed(pullPayload(pull))];
    const bad = signed({}, { event: "no\0text" });
    const settled = await Promise.allSettled([good[0], bad, good[1]].map((one) => take(one as typeof bad)));
    expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    for (const { guid } of good) {
      expect(await hooks.delivery(guid)).toMatchObject({ status: "received", attempts: 1 });
      expect(await hooks.jobsOf(guid)).toHaveLength(1);
    }
    expect(await hooks.delivery(bad.guid)).toBeUndefined();
  });

  it("do not fail with the one whose jobs the queue does not take", async () => {
    const [first, second] = [await addPull(hooks.db), await addPull(hooks.db)];
    const webhooks = await hooks.create({
      queue: {
        sendMany: async (trx, jobs) => {
          await hooks.queue.sendMany(trx, jobs);
          if (jobs.some((job) => "proposal_id" in job && job.proposal_id === second.proposalId)) {
            throw new AppError("QUEUE_UNAVAILABLE", "Not this one.");
          }
        },
      },
    });
    const deliveries = [signed(pullPayload(first)), signed(pullPayload(second))];
    const [good, bad] = deliveries as [(typeof deliveries)[number], (typeof deliveries)[number]];
    const settled = await Promise.allSettled(deliveries.map((one) => take(one, webhooks)));
    expect(settled).toMatchObject([
      { status: "fulfilled", value: "accepted" },
      { status: "rejected", reason: { code: "QUEUE_UNAVAILABLE" } },
    ]);
    expect(await hooks.jobsOf(good.guid)).toHaveLength(1);
    expect([await hooks.delivery(bad.guid), await hooks.jobsOf(bad.guid)]).toEqual([undefined, []]);
    expect(await take(bad), "GitHub sends it again").toBe("accepted");
  });
});

describe("a database that does not answer in time", () => {
  it("makes the delivery refused before GitHub gives up, and known when it comes again", async () => {
    const pull = await addPull(hooks.db);
    const clock = createFakeClock();
    const webhooks = await hooks.create({ clock });
    const delivery = signed(pullPayload(pull));
    await hooks.db.transaction().execute(async (trx) => {
      await sql`LOCK TABLE webhook_deliveries IN EXCLUSIVE MODE`.execute(trx);
      await expect(take(delivery, webhooks)).rejects.toMatchObject({ code: "DATABASE_UNAVAILABLE" });
    });
    expect(clock.waits).toEqual([4_000]);
    await expect.poll(() => hooks.delivery(delivery.guid)).toMatchObject({ attempts: 1 });
    expect(await take(delivery)).toBe("known");
    expect(await hooks.jobsOf(delivery.guid)).toHaveLength(1);
  });
});

describe("a delivery", () => {
  it("whose id is written in capitals is the same one", async () => {
    const pull = await addPull(hooks.db);
    const delivery = signed(pullPayload(pull));
    expect(await take({ ...delivery, guid: delivery.guid.toUpperCase() })).toBe("accepted");
    expect(await take(delivery)).toBe("known");
    expect(await hooks.jobsOf(delivery.guid)).toMatchObject([{ cause: `${delivery.guid}:1` }]);
  });

  it("about a commit is mirrored for the pull request whose head it is", async () => {
    const pull = await addPull(hooks.db);
    const delivery = signed(
      { sha: pull.headSha, repository: { id: pull.repositoryId } },
      { event: "status" },
    );
    expect(await take(delivery)).toBe("accepted");
    expect(await hooks.jobsOf(delivery.guid)).toMatchObject([
      { kind: "mirror_pr", proposal_id: pull.proposalId, said: null },
    ]);
    expect(await hooks.delivery(delivery.guid)).toMatchObject({
      subject: `sha ${pull.headSha}`,
      action: null,
    });
  });

  it("with a command leads to the job for that comment", async () => {
    const pull = await addPull(hooks.db);
    const delivery = signed(
      {
        action: "created",
        repository: { id: pull.repositoryId },
        issue: { number: pull.number, pull_request: {} },
        comment: { id: 77, body: "/relyloop refresh", user: { login: "ada", type: "User" } },
      },
      { event: "issue_comment" },
    );
    await take(delivery);
    expect(await hooks.jobsOf(delivery.guid)).toMatchObject([
      { kind: "run_command", proposal_id: pull.proposalId, comment_id: 77 },
    ]);
    expect(await hooks.delivery(delivery.guid)).toMatchObject({ subject: `pull ${pull.number}` });
  });

  it("about a repository leads to one look at its installation, with all that is said", async () => {
    const pull = await addPull(hooks.db);
    const repository = {
      id: pull.repositoryId,
      full_name: "acme/y",
      archived: false,
      default_branch: "main",
    };
    const renamed = (installation?: object) =>
      signed({ action: "renamed", repository, installation }, { event: "repository" });
    const said = { repository };

    const own = renamed({ id: pull.installationId });
    await take(own);
    expect(await hooks.jobsOf(own.guid)).toMatchObject([{ installation_id: pull.installationId, said }]);
    const transferred = signed(
      { action: "transferred", repository, installation: { id: pull.installationId } },
      { event: "repository" },
    );
    await take(transferred);
    expect(await hooks.jobsOf(transferred.guid)).toMatchObject([
      { installation_id: pull.installationId, said },
    ]);
    const other = renamed({ id: pull.installationId + 1 });
    await take(other);
    const looked = (await hooks.jobsOf(other.guid)).map(
      (job) => "installation_id" in job && job.installation_id,
    );
    expect(looked.sort()).toEqual([pull.installationId, pull.installationId + 1].sort());
    const none = renamed();
    await take(none);
    expect(await hooks.jobsOf(none.guid)).toMatchObject([{ installation_id: pull.installationId, said }]);
  });

  it("about a new installation leads to a look at it, though nothing is known of it", async () => {
    const delivery = signed(
      { action: "created", installation: { id: 987_654 }, repositories: [{ id: 5 }] },
      { event: "installation" },
    );
    expect(await take(delivery)).toBe("accepted");
    expect(await hooks.jobsOf(delivery.guid)).toMatchObject([
      { kind: "sync_installation", installation_id: 987_654, said: { status: "active", added: [5] } },
    ]);
    expect(await hooks.delivery(delivery.guid)).toMatchObject({
      installation_id: 987_654,
      subject: "installation",
    });
  });
});
