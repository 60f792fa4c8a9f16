/**
 * Asks a GitHub once in each way the service does, over REST and by both git transports, without its retries, and
 * prints what came of each as JSON. It finds its way out by the settings in its environment.
 */
import { pino } from "pino";
import { systemClock } from "../../src/clock.ts";
import { openIsomorphicTransport } from "../../src/git/isomorphic-transport.ts";
import { openV2Transport } from "../../src/git/v2-transport.ts";
import { createManifestConversion } from "../../src/github/app-manifest.ts";
import { createGithubHost } from "../../src/github/host.ts";
import { obeyOutboundSettings } from "../../src/outbound.ts";

obeyOutboundSettings(process.env);

const webUrl = process.argv[2] ?? "";
const signal = AbortSignal.timeout(15_000);
const remote = { url: `${webUrl}/acme/none.git`, authorization: async () => "Basic eDp5", signal };

const convert = createManifestConversion({
  host: createGithubHost({ webUrl, apiUrl: `${webUrl}/api/v3` }),
  clock: systemClock,
  random: Math.random,
  log: pino({ level: "silent" }),
  redact: (text) => text,
});

const told = (work: Promise<unknown>): Promise<string> =>
  work.then(
    (answer) => JSON.stringify(answer),
    (error: Error) => error.message,
  );

const said = {
  rest: await told(convert("no-such-code", signal)),
  v2: await told(openV2Transport(remote).tips("main", "other")),
  isomorphic: await told(openIsomorphicTransport(remote).tips("main", "other")),
};
process.stdout.write(JSON.stringify(said));
