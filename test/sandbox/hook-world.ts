import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HookEvent } from "../../sandbox/hooks/hook-event.ts";
import { createHooks, type Hooks } from "../../sandbox/hooks/hooks.ts";
import { createPullNumbers } from "../../sandbox/pulls/pull-numbers.ts";
import { startSandbox } from "../../sandbox/sandbox.ts";
import { initialState } from "../../sandbox/seed/initial-state.ts";
import { siteAt } from "../../sandbox/site.ts";
import { accountByLogin } from "../../sandbox/state/lookup.ts";
import { createRepositories } from "../../sandbox/state/repositories.ts";
import { openStore, type Store } from "../../sandbox/state/store.ts";
import { systemClock } from "../../src/clock.ts";
import { createFakeClock, type FakeClock } from "../support/fake-clock.ts";
import { type HookReceiver, startHookReceiver } from "../support/hook-receiver.ts";
import { createSandboxClient } from "../support/sandbox-client.ts";

export const REPO = "acme/search-config";
export const SECRET = "It's a Secret to Everybody";

/** Hooks alone, over the records of a repository in the middle of things: nothing but the test causes events. */
export interface HookWorld {
  hooks: Hooks;
  receiver: HookReceiver;
  store: Store;
  clock: FakeClock;
  folder: string;
  records: Records;
  /** Emits, and waits until everything is delivered. */
  deliver(...events: HookEvent[]): Promise<void>;
  /** Ends the hooks and opens others over the same folder, with this receiver's address still set. */
  restart(): Promise<Hooks>;
  /** Others over the same folder, as a process finds it whose predecessor was killed. */
  alsoOpen(): Promise<Hooks>;
  /** Forgets what arrived, and undoes rules, another address, another secret and other answers. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

type Records = ReturnType<typeof readRecords>;

/** @param timeout_ms how long the receiver may take. */
export async function createHookWorld(options: { timeout_ms?: number } = {}): Promise<HookWorld> {
  const dataDir = await mkdtemp(join(tmpdir(), "hooks-"));
  await prepare(dataDir);
  const folder = join(dataDir, "sandbox");
  const clock = createFakeClock();
  const store = openStore(folder, () => initialState(1, new Date(clock.now()).toISOString()));
  const repositories = createRepositories(join(folder, "repos"), async ({ name }) => {
    throw new Error(`There is no folder of ${name}.`);
  });
  const numbers = createPullNumbers(repositories);
  const receiver = await startHookReceiver();
  const open = (): Hooks =>
    createHooks({
      folder,
      site: siteAt(4000),
      clock,
      store,
      repositories,
      secret: SECRET,
      numbers,
      ...options,
    });

  const world: HookWorld = {
    hooks: open(),
    receiver,
    store,
    clock,
    folder,
    records: readRecords(store),
    async deliver(...events) {
      for (const event of events) world.hooks.emit(event);
      await world.hooks.control.idle();
    },
    async restart() {
      await world.hooks.close();
      world.hooks = open();
      return world.hooks;
    },
    alsoOpen: async () => open(),
    async reset() {
      const { control } = world.hooks;
      receiver.answerWith((_hook, response) => response.writeHead(202).end());
      control.clearRules();
      await control.idle();
      control.useSecret(SECRET);
      await control.setUrl(receiver.url);
      receiver.received.splice(0);
    },
    async close() {
      await world.hooks.close();
      await receiver.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
  world.hooks.start();
  await world.hooks.control.setUrl(receiver.url);
  return world;
}

/** Has a sandbox make an open pull request with a comment, a review, a check run and a status, and ends it. */
async function prepare(dataDir: string): Promise<void> {
  const sandbox = await startSandbox({ dataDir, clock: systemClock });
  const client = createSandboxClient(sandbox);
  const authorization = `token ${await client.token()}`;
  const head_sha = await sandbox.pushAs("bob", REPO, "topic", { "x.txt": "x\n", "y.txt": "y\ny\n" });
  const post = async (path: string, body: object) => {
    const answer = await client.send("POST", `/repos/${REPO}${path}`, { authorization, body });
    if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  };
  await post("/pulls", { title: "T", head: "topic", base: "main", body: "B" });
  await post("/issues/1/comments", { body: "A chart." });
  await post("/check-runs", { name: "RelyLoop", head_sha, external_id: "p1", conclusion: "success" });
  await sandbox.setStatus(REPO, 1, { state: "success", description: "Built." });
  await sandbox.reviewPull(REPO, 1, { state: "approved", body: "Good." });
  await sandbox.close();
}

function readRecords({ state }: Store) {
  const first = <T>(records: readonly T[], what: string): T => {
    const [record] = records;
    if (record === undefined) throw new Error(`There is no ${what}.`);
    return record;
  };
  return {
    owner: first(
      state.accounts.filter(({ login }) => login === "acme"),
      "owner",
    ),
    alice: first(
      [accountByLogin(state, "alice")].filter((one) => one !== undefined),
      "alice",
    ),
    repository: first(state.repositories, "repository"),
    installation: first(state.installations, "installation"),
    pull: first(state.pulls, "pull request"),
    comment: first(state.comments, "comment"),
    review: first(state.reviews, "review"),
    checkRun: first(state.check_runs, "check run"),
    status: first(state.statuses, "status"),
  };
}
