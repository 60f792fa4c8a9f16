import { createScenario, type Scenario } from "../../test/support/scenario.ts";
import type { TestService } from "../../test/support/start-service.ts";
import type { Trial } from "../part.ts";
import { inTurns } from "./in-turns.ts";
import { CANARY, type Trap, traps } from "./trap-repositories.ts";

const AT_A_TIME = 4;
const TRAPS = { short: 2, full: traps.length };
const CHANGE = { title_boost: { to: 3.5 } };
/** What a trap may end in. Anything else would be a fault of ours. */
const REFUSALS = { params: ["PARAMS_FILE_NOT_FOUND", "INVALID_CONFIG_PATH"], chart: ["CLONE_FAILED"] };

/** Presses "Open PR" in repositories that are traps, and looks at every ref, path and mode afterwards. */
export const attackRepositories = async (
  service: TestService,
  { size, random }: Pick<Trial, "size" | "random">,
): Promise<{ traps: number; violations: string[] }> => {
  const chosen = random.some(traps, TRAPS[size]);
  const found = await inTurns(chosen, AT_A_TIME, async (trap) => {
    const problems = await springTrap(service, trap).catch((error: unknown) => [String(error)]);
    return problems.map((problem) => `where ${trap.name}: ${problem}`);
  });
  return { traps: chosen.length, violations: found.flat() };
};

const springTrap = async (service: TestService, trap: Trap): Promise<string[]> => {
  const { api, sandbox } = service;
  const scenario = await createScenario(service, { files: trap.files, configPath: trap.configPath });
  const { id } = scenario.repository;
  const before = await sandbox.git(id, "for-each-ref");
  const proposalId = trap.chart
    ? (await scenario.fromStudy({ configDiff: CHANGE })).proposalId
    : await scenario.byHand(CHANGE);
  const preview = await api.request("GET", `/proposals/${proposalId}/preview`);
  const proposal = await api.open(proposalId);
  const events = await api.request("GET", `/proposals/${proposalId}/events`);
  const problems: string[] = [];
  if (JSON.stringify([preview.body, proposal, events.body, await sandbox.pulls(id)]).includes(CANARY))
    problems.push("what lies outside of the cluster's folder was read, and shown");
  if (!trap.chart && preview.status < 400 !== trap.opens)
    problems.push(`the preview answers ${preview.status}`);
  const code = proposal.open_pr.error?.code ?? null;
  if (trap.opens)
    return [
      ...problems,
      ...(code === null
        ? await changesBeside(service, scenario, proposal.pr_head_sha)
        : [`it is refused: ${code}`]),
    ];
  if (code === null)
    return [
      ...problems,
      "a pull request was opened",
      ...(await changesBeside(service, scenario, proposal.pr_head_sha)),
    ];
  if (!REFUSALS[trap.chart ? "chart" : "params"].includes(code))
    problems.push(`it ends in ${code}: ${proposal.open_pr.error?.message}`);
  if ((await sandbox.git(id, "for-each-ref")) !== before) problems.push("something was pushed all the same");
  return problems;
};

/** Whatever differs between base and head, apart from the content of the params file. */
const changesBeside = async (
  { sandbox }: TestService,
  { repository, path }: Scenario,
  headSha: string | null,
): Promise<string[]> => {
  const raw = await sandbox.git(
    repository.id,
    "diff-tree",
    "-r",
    "-z",
    "--raw",
    "--no-renames",
    "main",
    `${headSha}`,
  );
  const fields = raw.split("\0");
  const changes = fields.flatMap((field, index) =>
    field.startsWith(":") ? [[field, fields[index + 1]] as const] : [],
  );
  if (changes.length === 0) return ["nothing was changed"];
  return changes.flatMap(([facts, changed]) => {
    const [oldMode, newMode] = facts.slice(1).split(" ");
    if (changed === path && oldMode === newMode) return [];
    if (changed?.startsWith(".relyloop/digest-charts/") && oldMode === "000000" && newMode === "100644")
      return [];
    return [`${changed} was changed: ${facts}`];
  });
};
