import { access, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createScenario } from "../../../test/support/scenario.ts";
import type { LeakWorld } from "../leak-world.ts";
import { echoOf } from "./echoes.ts";
import type { Provocation } from "./provocation.ts";

/** How often a secret is repeated, so that wherever a text is cut, one of them is cut through. */
const REPEATS = 60;
const HELD_TIMEOUT_MS = 20_000;
const HELD_POLL_MS = 20;
/** It stands in git's way until it was seen, or for a minute. */
const HOLDING_HOOK = "touch held; for try in $(seq 1200); do [ -e seen ] && exit 0; sleep 0.05; done; exit 1";

/** What a push hears from a repository's hooks, and what hooks hear of the push. */
export const gitRemarks: Provocation[] = [
  {
    name: "a push that a hook refuses with the token it came with",
    run: (world) => refusedPush(world, echoOf),
  },
  {
    name: "a push that a hook refuses with a text that is cut in the middle of a secret",
    run: (world) => refusedPush(world, () => `${world.canaries.githubPaste.apiToken} `.repeat(REPEATS)),
  },
  {
    name: "a push that is looked at while git and its hooks run",
    run: async (world) => {
      const scenario = await createScenario(world);
      const { git_dir } = scenario.repository;
      await addHook(git_dir, HOLDING_HOOK);
      const opening = world.api.open(await scenario.byHand());
      await isThere(join(git_dir, "held"));
      await world.samples.look();
      await writeFile(join(git_dir, "seen"), "");
      if ((await opening).status !== "pr_opened") throw new Error("no pull request was opened");
    },
  },
];

const refusedPush = async (world: LeakWorld, textOf: (token: string) => string): Promise<void> => {
  const scenario = await createScenario(world);
  const { git_dir } = scenario.repository;
  let text = "";
  const stop = world.minted.onToken(scenario.installationId, (token) => {
    text = textOf(token);
  });
  // The push has to wait for its token, and so is held where it asks what there is to push to.
  const path = `/${scenario.repository.full_name}*/git-receive-pack`;
  const fault = world.sandbox.faults.add({ path, fault: { kind: "hold", when: "before" } });
  const opening = world.api.open(await scenario.byHand());
  try {
    // An attempt that ends before it pushes would be waited for in vain.
    await Promise.race([world.sandbox.faults.held(fault), opening]);
    await addHook(git_dir, `cat <<'END' >&2\n${text}\nEND\nexit 1`);
    world.sandbox.faults.release(fault);
    const { open_pr } = await opening;
    if (open_pr.error?.code !== "PUSH_REJECTED") throw new Error(`it ended with ${open_pr.error?.code}`);
  } finally {
    stop();
    world.sandbox.faults.remove(fault);
  }
};

const addHook = async (gitDir: string, script: string): Promise<void> => {
  await mkdir(join(gitDir, "hooks"), { recursive: true });
  await writeFile(join(gitDir, "hooks", "pre-receive"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
};

const isThere = async (path: string): Promise<void> => {
  const deadline_ms = performance.now() + HELD_TIMEOUT_MS;
  for (;;) {
    const found = await access(path).then(
      () => true,
      () => false,
    );
    if (found) return;
    if (performance.now() > deadline_ms) throw new Error(`${path} never came to be`);
    await delay(HELD_POLL_MS);
  }
};
