import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BranchRule } from "../world.ts";
import { runGit } from "./run-git.ts";

const SETTINGS: readonly [key: string, value: string][] = [
  ["uploadpack.allowFilter", "true"],
  ["uploadpack.allowAnySHA1InWant", "true"],
  ["http.receivepack", "true"],
  ["receive.advertisePushOptions", "true"],
  ["receive.denyDeletes", "false"],
  // GitHub lets a default branch be force-pushed, but not deleted.
  ["receive.denyDeleteCurrent", "refuse"],
  ["receive.autogc", "false"],
  ["gc.auto", "0"],
  // Pull requests' refs can be fetched, but not pushed.
  ["receive.hideRefs", "refs/pull"],
  ["transfer.fsckObjects", "true"],
];

/**
 * GitHub's refusals as they reach a pusher, read from its documentation and from users' reports. The rule lies in
 * a file beside the hook, so that a running push sees a change at once.
 */
const PRE_RECEIVE = `#!/bin/sh
rule="$GIT_DIR/sandbox-branch-rule"
[ -f "$rule" ] || exit 0
{ read -r kind; read -r pattern; } < "$rule"
refused=0
while read -r old new ref; do
  case "\${ref#refs/heads/}" in
    $pattern) ;;
    *) continue ;;
  esac
  case "$kind" in
    protected)
      echo "error: GH006: Protected branch update failed for $ref." >&2
      echo "error: Changes must be made through a pull request." >&2
      refused=1 ;;
    creations_restricted)
      case "$old" in *[!0]*) continue ;; esac
      echo "error: GH013: Repository rule violations found for $ref." >&2
      echo "" >&2
      echo "- Cannot create ref due to creations being restricted." >&2
      echo "" >&2
      refused=1 ;;
  esac
done
exit $refused
`;

/** Makes an empty bare repository that serves what github.com's git serves. Whatever was in the folder goes. */
export async function makeGitFolder(dir: string, defaultBranch: string): Promise<void> {
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  await runGit(dir, ["init", "--quiet", "--bare", "--template=", `--initial-branch=${defaultBranch}`, dir]);
  const sections = SETTINGS.map(([key, value]) => {
    const [section, name] = key.split(".");
    return `[${section}]\n\t${name} = ${value}\n`;
  });
  writeFileSync(join(dir, "config"), sections.join(""), { flag: "a" });
  mkdirSync(join(dir, "hooks"), { recursive: true });
  writeFileSync(join(dir, "hooks", "pre-receive"), PRE_RECEIVE);
  chmodSync(join(dir, "hooks", "pre-receive"), 0o755);
}

/** Hands the rule to the hook; null lifts it. */
export function writeBranchRule(dir: string, rule: BranchRule | null): void {
  const path = join(dir, "sandbox-branch-rule");
  if (rule === null) {
    rmSync(path, { force: true });
    return;
  }
  writeFileSync(`${path}.new`, `${rule.kind}\n${rule.pattern}\n`);
  renameSync(`${path}.new`, path);
}
