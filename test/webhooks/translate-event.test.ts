import { pino } from "pino";
import { Probot } from "probot";
import { describe, expect, it, vi } from "vitest";
import { OfflineOctokit } from "../../src/webhooks/offline-octokit.ts";
import { createTranslateEvent } from "../../src/webhooks/translate-event.ts";
import { useNock } from "../support/github-fixture.ts";

useNock();

const setUp = async () => {
  const lines: string[] = [];
  const log = pino({ level: "debug" }, { write: (line: string) => void lines.push(line) });
  return { lines, translate: await createTranslateEvent({ own: { appId: 4711 }, log }) };
};

const closed = (number: number) => ({
  id: "72d3162e-cc78-11e3-81ab-4c9367dc0958",
  name: "pull_request",
  payload: {
    action: "closed",
    repository: { id: 42 },
    pull_request: { number, state: "closed", title: "what nobody needs to log" },
  },
});

describe("an event", () => {
  it("goes through Probot's handlers, and what they ask for comes back", async () => {
    const { translate } = await setUp();
    expect(await translate(closed(12), "closed")).toEqual([
      {
        kind: "mirror_pr",
        subject: { repository_id: 42, number: 12 },
        said: { state: "closed", updated_at: null },
      },
    ]);
  });

  it("is not mixed up with others under way, even of the same id", async () => {
    const { translate } = await setUp();
    const asked = await Promise.all(
      Array.from({ length: 200 }, (_, at) => translate(closed(at + 1), "closed")),
    );
    expect(asked.map((wanted) => wanted?.map(({ subject }) => subject))).toEqual(
      Array.from({ length: 200 }, (_, at) => [{ repository_id: 42, number: at + 1 }]),
    );
  });

  it("nothing listens to is told apart from one that asks for nothing", async () => {
    const { translate } = await setUp();
    expect(await translate({ ...closed(12), name: "push" }, null)).toBeNull();
    expect(await translate({ ...closed(12), name: "error" }, null)).toBeNull();
    expect(await translate({ ...closed(12), payload: { action: "closed" } }, "closed")).toEqual([]);
  });

  it("that a handler fails on is an error, logged without its payload", async () => {
    const { translate, lines } = await setUp();
    const failing = closed(12);
    Object.defineProperty(failing.payload, "pull_request", {
      enumerable: true,
      get: () => {
        throw new Error("a bug of ours");
      },
    });
    await expect(translate(failing, "closed")).rejects.toThrow("a bug of ours");
    const logged = JSON.stringify(lines.map((line) => JSON.parse(line)));
    expect(logged).toContain("a bug of ours");
    expect(logged).not.toContain("repository");
  });

  it("leaves no payload in the log, however much is logged", async () => {
    const { translate, lines } = await setUp();
    await translate(closed(12), "closed");
    expect(lines.join("")).not.toContain("what nobody needs to log");
  });
});

describe("a handler that would ask GitHub", () => {
  it("can't: the client in its context sends nothing", async () => {
    const fetch = vi.spyOn(globalThis, "fetch");
    const probot = new Probot({
      appId: 1,
      privateKey: "none",
      Octokit: OfflineOctokit as never,
      log: pino({ level: "silent" }),
    });
    await probot.ready();
    const outcomes: unknown[] = [];
    await probot.load((app) => {
      app.on("pull_request.closed", async ({ octokit }) => {
        const asking = octokit.request("GET /repos/{owner}/{repo}", { owner: "acme", repo: "x" });
        const token = octokit.auth({ type: "installation", installationId: 7 });
        outcomes.push(...(await Promise.allSettled([asking, token])));
      });
    });
    const { payload } = closed(12);
    await probot.webhooks.receive({
      ...closed(12),
      payload: { ...payload, installation: { id: 7 } },
    } as never);
    expect(outcomes).toMatchObject([
      { status: "rejected", reason: { message: expect.stringMatching(/done by a job/) } },
      { status: "rejected", reason: { message: expect.stringMatching(/done by a job/) } },
    ]);
    expect(fetch).not.toHaveBeenCalled();
    fetch.mockRestore();
  });
});
