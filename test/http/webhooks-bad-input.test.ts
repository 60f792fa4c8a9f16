import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { useNock } from "../support/github-fixture.ts";
import { addPull, pullPayload, type Sent, sign, useWebhooks, WEBHOOKS } from "../webhooks/webhook-harness.ts";
import { send, TOKENS } from "./http-harness.ts";

useNock();
const hooks = useWebhooks();

/** What is sent in each case, about a pull request that is ours. */
const forged: [string, (good: Required<Pick<Sent, "event" | "payload">>) => Sent][] = [
  ["without a signature", (good) => ({ ...good, headers: { "x-hub-signature-256": undefined } })],
  ["with an empty signature", (good) => ({ ...good, headers: { "x-hub-signature-256": "" } })],
  ["signed with another secret", (good) => ({ ...good, secret: "not the secret" })],
  [
    "with a signature of something else",
    (good) => ({ ...good, headers: { "x-hub-signature-256": sign("{}") } }),
  ],
  ["with a signature cut short", (good) => ({ ...good, headers: { "x-hub-signature-256": "sha256=ab" } })],
  [
    "with the old kind of signature only",
    (good) => ({
      ...good,
      headers: {
        "x-hub-signature-256": undefined,
        "x-hub-signature": "sha1=0000000000000000000000000000000000000000",
      },
    }),
  ],
  [
    "that was truncated on the way",
    (good) => {
      const body = JSON.stringify(good.payload);
      return { event: good.event, body: body.slice(0, -5), headers: { "x-hub-signature-256": sign(body) } };
    },
  ],
  ["with nothing in it", (good) => ({ event: good.event, body: "" })],
  ["of bytes that are not UTF-8", (good) => ({ event: good.event, body: Buffer.from([0x7b, 0xff, 0x7d]) })],
  [
    "whose bytes are not those that were signed, though they read the same",
    (good) => ({
      event: good.event,
      body: Buffer.concat([Buffer.from('{"text": "'), Buffer.from([0xff]), Buffer.from('"}')]),
      headers: { "x-hub-signature-256": sign('{"text": "\ufffd"}') },
    }),
  ],
  [
    "with an API token in place of a signature",
    (good) => ({
      ...good,
      headers: { "x-hub-signature-256": undefined, authorization: `Bearer ${TOKENS.all}` },
    }),
  ],
];

const malformed: [string, (good: Required<Pick<Sent, "event" | "payload">>) => Sent][] = [
  ["without its id", (good) => ({ ...good, headers: { "x-github-delivery": undefined } })],
  ["with an id that is no UUID", (good) => ({ ...good, guid: "72d3162e-cc78-11e3-81ab" })],
  ["with an id that is SQL", (good) => ({ ...good, guid: "'; DROP TABLE webhook_deliveries; --" })],
  ["without its event", (good) => ({ ...good, headers: { "x-github-event": undefined } })],
  ["with an event that is none", (good) => ({ ...good, event: "__proto__" })],
  ["that is not JSON", (good) => ({ event: good.event, body: "payload=1" })],
  ["whose JSON ends early", (good) => ({ event: good.event, body: '{"action": "closed"' })],
  ["that is a list", (good) => ({ event: good.event, body: JSON.stringify([good.payload]) })],
  ["that is null", (good) => ({ event: good.event, body: "null" })],
  ["that is a text", (good) => ({ event: good.event, body: '"closed"' })],
];

/** Correctly signed by GitHub, and still nothing for us. */
const meaningless: [string, string, (good: ReturnType<typeof pullPayload>) => object][] = [
  ["of an unknown event", "pull_request_magic", (good) => good],
  ["of an event named like a method", "constructor", (good) => good],
  ["of an event that is Probot's own", "error", (good) => good],
  ["of an unknown action", "pull_request", (good) => ({ ...good, action: "vanished" })],
  ["of an action named like a method", "pull_request", (good) => ({ ...good, action: "constructor" })],
  ["of an action that is no text", "pull_request", (good) => ({ ...good, action: { closed: true } })],
  ["without an action", "pull_request", ({ action: _, ...rest }) => rest],
  ["with nothing in it", "pull_request", () => ({ action: "closed" })],
  [
    "with null everywhere",
    "pull_request",
    () => ({ action: "closed", pull_request: null, repository: null }),
  ],
  ["about another repository", "pull_request", (good) => ({ ...good, repository: { id: 999_999_999_999 } })],
  [
    "about another pull request",
    "pull_request",
    (good) => ({
      ...good,
      pull_request: { ...good.pull_request, number: 2_000_000_000 },
    }),
  ],
  [
    "about a number no column takes",
    "pull_request",
    (good) => ({
      ...good,
      pull_request: { ...good.pull_request, number: 2 ** 31 },
    }),
  ],
  [
    "about a repository no column takes",
    "pull_request",
    (good) => ({ ...good, repository: { id: 2 ** 63 } }),
  ],
  [
    "about a repository whose id is a text",
    "pull_request",
    (good) => ({
      ...good,
      repository: { id: `${good.repository.id}` },
    }),
  ],
  [
    "about a fork's branch of our name",
    "pull_request",
    (good) => ({
      ...good,
      repository: { id: 888_888_888_888, full_name: good.repository.full_name },
    }),
  ],
  [
    "about the same commit in a fork",
    "status",
    (good) => ({
      sha: good.pull_request.head.sha,
      repository: { id: 777_777_777_777 },
    }),
  ],
  ["about a commit that is none", "status", (good) => ({ sha: "main", repository: good.repository })],
];

const aPull = async () => pullPayload(await addPull(hooks.db));

describe("a delivery", () => {
  it.each(forged)("%s is 401 and leaves nothing behind", async (_what, make) => {
    const before = await hooks.counts();
    const answer = await hooks.deliver(make({ event: "pull_request", payload: await aPull() }));
    expect(answer).toMatchObject({ status: 401, body: { detail: { error_code: "UNAUTHORIZED" } } });
    expect(await hooks.counts()).toEqual(before);
  });

  it.each(malformed)("%s is 400 and leaves nothing behind", async (_what, make) => {
    const before = await hooks.counts();
    const answer = await hooks.deliver(make({ event: "pull_request", payload: await aPull() }));
    expect(answer).toMatchObject({ status: 400, body: { detail: { error_code: "BAD_REQUEST" } } });
    expect(await hooks.counts()).toEqual(before);
  });

  it.each(malformed)("%s, and signed by a stranger, is 401 like any other", async (_what, make) => {
    const sent = make({ event: "pull_request", payload: await aPull() });
    expect((await hooks.deliver({ ...sent, secret: "a stranger's" })).status).toBe(401);
  });

  it.each(meaningless)("%s is 202 and leads to no job", async (_what, event, make) => {
    const { jobs } = await hooks.counts();
    const guid = randomUUID();
    const answer = await hooks.deliver({ event, payload: make(await aPull()), guid });
    expect([answer.status, answer.body]).toEqual([202, { message: "Taken in." }]);
    expect((await hooks.counts()).jobs).toBe(jobs);
    expect((await hooks.delivery(guid))?.status).toMatch(/^(?:ignored|processed)$/);
  });

  it("of 26 MB is 413", async () => {
    const body = `{"padding": "${"x".repeat(26 * 1024 * 1024)}"}`;
    const answer = await hooks.deliver({ event: "push", body });
    expect(answer).toMatchObject({ status: 413, body: { detail: { error_code: "PAYLOAD_TOO_LARGE" } } });
  });

  it("as a form is 415, and says what to set", async () => {
    const body = `payload=${encodeURIComponent(JSON.stringify(await aPull()))}`;
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const answer = await hooks.deliver({ event: "pull_request", body, headers });
    expect(answer).toMatchObject({ status: 415, body: { detail: { error_code: "UNSUPPORTED_MEDIA_TYPE" } } });
    expect(answer.body.detail.message).toMatch(/set the webhook's content type to application\/json/);
  });

  it("that is read and not written is 404", async () => {
    expect((await send(hooks.http.app, "GET", WEBHOOKS, { token: null })).status).toBe(404);
  });

  it("tells a stranger the same of every repository", async () => {
    const ours = { event: "pull_request", payload: await aPull(), secret: "a stranger's" };
    const unknown = { ...ours, payload: { ...ours.payload, repository: { id: 1 }, installation: { id: 1 } } };
    const [first, second] = [await hooks.deliver(ours), await hooks.deliver(unknown)];
    expect(first?.status).toBe(401);
    expect(second?.body).toEqual(first?.body);
  });

  it.each([
    ["U+0000", "\0"],
    ["half a surrogate pair", "\ud800"],
  ])("with %s in every text is taken in, and what can't be kept is left out", async (_what, bad) => {
    const pull = await addPull(hooks.db);
    const guid = randomUUID();
    const payload = {
      action: "renamed",
      repository: {
        id: pull.repositoryId,
        name: `x${bad}`,
        full_name: `acme/x${bad}`,
        archived: false,
        default_branch: `main${bad}`,
      },
      installation: { id: pull.installationId },
      sender: { login: bad },
    };
    expect((await hooks.deliver({ event: "repository", payload, guid })).status).toBe(202);
    expect(await hooks.jobsOf(guid)).toMatchObject([
      { kind: "sync_installation", installation_id: pull.installationId, said: {} },
    ]);
    const dispatch = { event: "repository_dispatch", payload: { action: `do${bad}` }, guid: randomUUID() };
    expect((await hooks.deliver(dispatch)).status).toBe(202);
    expect(await hooks.delivery(dispatch.guid)).toMatchObject({ action: null, status: "ignored" });
  });

  it("whose installation is another one follows the repository alone", async () => {
    const pull = await addPull(hooks.db);
    const guid = randomUUID();
    const payload = { ...pullPayload(pull), installation: { id: pull.installationId + 1 } };
    expect((await hooks.deliver({ event: "pull_request", payload, guid })).status).toBe(202);
    expect(await hooks.jobsOf(guid)).toMatchObject([{ kind: "mirror_pr", proposal_id: pull.proposalId }]);
  });
});

describe("deliveries nobody signed", () => {
  it("are limited by address, and signed ones are not", async () => {
    const app = await hooks.http.serve({ webhooks: hooks.webhooks });
    const statuses = new Set<number>();
    let tries = 0;
    while (!statuses.has(429) && tries++ < 200) {
      statuses.add((await hooks.deliver({ event: "ping", secret: "guessed" }, app)).status);
    }
    expect([...statuses]).toEqual([401, 429]);
    const limited = await hooks.deliver(
      { event: "ping", headers: { "x-hub-signature-256": undefined } },
      app,
    );
    expect(limited).toMatchObject({ status: 429, headers: { "retry-after": expect.anything() } });
    expect((await hooks.deliver({ event: "ping" }, app)).status).toBe(202);
  });
});
