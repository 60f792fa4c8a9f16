import { benchDispatch } from "./dispatch.ts";
import { benchGit } from "./git.ts";
import { benchOpenPr } from "./open-pr.ts";
import type { BenchOptions } from "./support/options.ts";
import type { Print } from "./support/report.ts";
import { benchWebhooks } from "./webhooks.ts";

const USAGE = `Usage: npm run bench [-- [<name>] [--all]]

  (nothing)  every one of these, one after the other
  webhooks   signed deliveries: durable intake against Probot's own server in memory
  git        the git part of a job, on repositories of 20 to 50,000 files: protocol v2 against isomorphic-git and the git CLI
  dispatch   from the press to the job's start: in one process and across two
  open-pr    the whole job against its four round trips; pull requests per minute with 1, 2 and 4 workers

  --all      also what takes minutes and is promised nothing of
`;

/** What is measured, by name. Each answers whether it keeps what is promised of it. */
const BENCHES: Record<string, (print: Print, options: BenchOptions) => Promise<boolean>> = {
  webhooks: benchWebhooks,
  git: benchGit,
  dispatch: benchDispatch,
  "open-pr": benchOpenPr,
};

const readCommand = (args: string[]): { names: string[]; options: BenchOptions } | null => {
  const names = args.filter((arg) => arg !== "--all");
  const options = { all: names.length < args.length };
  if (names.length > 1 || names.some((name) => BENCHES[name] === undefined)) return null;
  return { names: names.length === 0 ? Object.keys(BENCHES) : names, options };
};

const print: Print = (line) => void process.stdout.write(`${line}\n`);

const command = readCommand(process.argv.slice(2));
if (command === null) {
  process.stderr.write(USAGE);
  process.exitCode = 2;
} else {
  let kept = true;
  for (const name of command.names) {
    if (command.names.length > 1) print(`\n== ${name}\n`);
    // One that breaks its promise does not keep the next from being measured.
    kept = ((await BENCHES[name]?.(print, command.options)) ?? false) && kept;
  }
  process.exitCode = kept ? 0 : 1;
}
