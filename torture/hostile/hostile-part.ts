import { createApi } from "../../test/support/api.ts";
import { createScenario } from "../../test/support/scenario.ts";
import { startInOneProcess } from "../../test/support/service-processes.ts";
import { startService, type TestService } from "../../test/support/start-service.ts";
import type { Outcome, Part, Trial } from "../part.ts";
import { type ApiDescription, readDescription } from "./api-description.ts";
import { attackApi } from "./attack-api.ts";
import { attackFraming } from "./attack-framing.ts";
import { attackPaths } from "./attack-paths.ts";
import { attackPatterns } from "./attack-patterns.ts";
import { attackRepositories } from "./attack-repositories.ts";
import { attackTexts, judgeLog } from "./attack-texts.ts";
import { guessTokens } from "./guess-tokens.ts";
import { createTokens } from "./hostile-tokens.ts";
import { makeKnown } from "./known-values.ts";
import { stopSchedules, untilQuiet } from "./row-digest.ts";
import { startSlowPeers } from "./slow-peers.ts";

/** Many bodies of the largest size at once, and far less than all that is sent. */
const GROWTH_BYTES_MAX = 1024 ** 3;
const BASE_URL = "https://relyloop.example";

export const hostilePart: Part = {
  name: "hostile",
  about:
    "hostile requests, texts, paths, repositories, patterns and peers: refused or harmless, and nobody else notices",
  run: async (trial) => {
    const tokens = createTokens();
    const settings = { INTERNAL_API_TOKENS: tokens.setting, RELYLOOP_BASE_URL: BASE_URL };
    const started = await startService(trial.createDatabase, startInOneProcess, settings);
    const { webUrl } = started.running;
    const service = { ...started, token: tokens.first, api: createApi(webUrl, tokens.first) };
    let api: ApiDescription;
    let outcome: Outcome;
    try {
      api = await readDescription(webUrl);
      outcome = await attackService(service, { api, tokens: tokens.secrets }, trial);
    } finally {
      await started.close();
    }
    // Last: while a pattern is tried, nothing else runs in this process.
    const { patterns, violations } = await attackPatterns(api.patterns, trial);
    return {
      figures: { ...outcome.figures, "patterns attacked": patterns },
      violations: [...outcome.violations, ...violations],
    };
  },
};

const attackService = async (
  service: TestService,
  { api, tokens }: { api: ApiDescription; tokens: readonly string[] },
  trial: Trial,
): Promise<Outcome> => {
  const port = Number(new URL(service.running.webUrl).port);
  // They are slow all the while, and nobody waits for them.
  await using slow = await startSlowPeers(port, trial);
  const known = await makeKnown(service);
  const scenario = await createScenario(service);
  await stopSchedules(service);
  await untilQuiet(service);
  const before_bytes = process.memoryUsage().rss;

  trial.note(`${api.operations.length} operations`);
  const requests = await attackApi({ service, api, known, tokens }, trial);
  trial.note("paths, texts and repositories");
  const paths = await attackPaths(service, scenario, trial);
  const [texts, repositories] = await Promise.all([
    attackTexts(service, trial),
    attackRepositories(service, trial),
  ]);
  trial.note("peers that lie about the length of what they send, that guess, and that are slow");
  const framing = await attackFraming(port, service.token);
  const violations = [
    ...requests.violations,
    ...texts.violations,
    ...repositories.violations,
    ...paths.violations,
    ...framing.violations,
    ...(await guessTokens(service)),
    ...(await slow.end()),
    ...judgeLog(service),
    ...judgeGrowth(process.memoryUsage().rss - before_bytes),
    ...service.violations.map((violation) => `GitHub was sent what it does not know: ${violation}`),
  ];
  return {
    figures: {
      "inputs tried": requests.inputs + framing.lies,
      "routes attacked": requests.routes,
      "pull requests opened from hostile values": texts.pulls,
      "repositories that are traps": repositories.traps,
      "paths tried": paths.paths,
    },
    violations,
  };
};

const judgeGrowth = (bytes: number): string[] =>
  bytes <= GROWTH_BYTES_MAX ? [] : [`the process has grown by ${Math.round(bytes / 1024 ** 2)} MiB`];
