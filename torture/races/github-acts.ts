import type { HookRuleSpec } from "../../sandbox/hooks/hook-rules.ts";
import type { Act, Scene } from "./act.ts";

/** How many deliveries a rule takes at most. */
const RULE_TIMES_MAX = 4;
/** Deeds of others during which a request is held, at most. */
const HELD_DEEDS_MAX = 12;
const HELD_MS_MAX = 3_000;
const POLL_MS = 20;

/** Of the requests that write; the first three are the ones that must not happen twice. */
const WRITES = [
  { method: "POST", path: "*/pulls" },
  { method: "POST", path: "*/git-receive-pack" },
  { method: "POST", path: "*/comments" },
  { method: "POST", path: "*/check-runs" },
  { method: "PATCH", path: "*/pulls/*" },
] as const;

const organisationOf = ({ stage, random }: Scene): string => random.pick(stage.repositories).organisation;

/** Away for a moment: an installation that stays away would leave nothing to collide. */
const absence =
  (leave: (scene: Scene, organisation: string) => Promise<unknown>): Act["run"] =>
  async (scene) => {
    const organisation = organisationOf(scene);
    await leave(scene, organisation);
    await meanwhile(scene);
    await scene.owners.install(organisation);
    await scene.owners.suspend(organisation, false);
  };

/** Waits while the others go on. */
const meanwhile = async ({ chronicle, random }: Scene): Promise<void> => {
  const enough = chronicle.deeds.length + random.below(HELD_DEEDS_MAX);
  const deadline_ms = performance.now() + HELD_MS_MAX;
  while (chronicle.deeds.length < enough && performance.now() < deadline_ms) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
};

/** A request to GitHub is under way for long, so that something can happen meanwhile. */
const hold: Act["run"] = async (scene) => {
  const { service, chronicle, random } = scene;
  const when = random.pick(["before", "after"] as const);
  const id = service.sandbox.faults.add({ ...random.pick(WRITES), fault: { kind: "hold", when } });
  chronicle.faults++;
  await meanwhile(scene);
  service.sandbox.faults.remove(id);
};

const fault: Act["run"] = async ({ service, chronicle, random }) => {
  const { faults } = service.sandbox;
  chronicle.faults++;
  const kind = random.pick(["drop", "drop", "server_error", "latency"] as const);
  switch (kind) {
    case "drop":
      faults.add({ ...random.pick(WRITES), fault: { kind, when: random.pick(["before", "after"]) } });
      return;
    case "server_error":
      faults.add({ ...(random.below(2) === 0 && random.pick(WRITES)), fault: { kind: "ready", name: kind } });
      return;
    case "latency":
      faults.add({ times: 5, fault: { kind, latency_ms: random.below(300) } });
      return;
    default:
      throw new TypeError(`unknown fault ${kind satisfies never}`);
  }
};

const breakHooks: Act["run"] = async ({ service, random }) => {
  const rule: Pick<HookRuleSpec, "do" | "release_at" | "order"> = random.pick([
    { do: "lose" },
    { do: "fail" },
    { do: "duplicate" },
    { do: "hold", release_at: 2, order: "reversed" },
    { do: "hold", release_at: 3, order: "happened" },
  ]);
  const times = Math.max(rule.release_at ?? 1, 1 + random.below(RULE_TIMES_MAX));
  const event = random.pick([undefined, "pull_request", "pull_request", "installation", "repository"]);
  service.sandbox.hooks.addRule({ ...rule, times, ...(event !== undefined && { event }) });
};

/** What GitHub and the owners of its organisations do to the app, and what it does against it by the clock. */
export const githubActs: readonly Act[] = [
  { weight: 2, run: absence(({ owners }, organisation) => owners.uninstall(organisation)) },
  { weight: 2, run: absence(({ owners }, organisation) => owners.suspend(organisation, true)) },
  {
    weight: 1,
    run: async (scene) => {
      const repository = scene.random.pick(scene.stage.repositories);
      await scene.owners.archive(repository, true);
      await meanwhile(scene);
      await scene.owners.archive(repository, false);
    },
  },
  { weight: 3, run: ({ owners, stage, random }) => owners.rename(random.pick(stage.repositories)) },
  { weight: 6, run: hold },
  { weight: 4, run: fault },
  { weight: 5, run: breakHooks },
  {
    weight: 3,
    run: async ({ service, random }) => {
      const deliveries = service.sandbox.hooks.deliveries();
      if (deliveries.length > 0) await service.sandbox.hooks.redeliver(random.pick(deliveries).id);
    },
  },
  { weight: 2, run: ({ takeTurn }) => takeTurn("reconcile_pulls") },
  { weight: 1, run: ({ takeTurn }) => takeTurn("sync_installations") },
  { weight: 1, run: ({ takeTurn }) => takeTurn("sweep_stuck_proposals") },
];
