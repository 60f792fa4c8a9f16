import { benchWebhooks } from "./webhooks.ts";

const USAGE = `Usage: npm run bench -- webhooks

  webhooks   signed deliveries: durable intake against Probot's own server in memory
`;

/** What is measured, by name. @returns whether it keeps what is promised of it */
const BENCHES: Record<string, (print: (line: string) => void) => Promise<boolean>> = {
  webhooks: benchWebhooks,
};

const [name = "", ...more] = process.argv.slice(2);
const bench = BENCHES[name];
if (bench === undefined || more.length > 0) {
  process.stderr.write(USAGE);
  process.exitCode = 2;
} else {
  const kept = await bench((line) => void process.stdout.write(`${line}\n`));
  process.exitCode = kept ? 0 : 1;
}
