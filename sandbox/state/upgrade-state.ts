import { FOUNDER } from "./founder.ts";
import type {
  AccountRecord,
  CheckRunRecord,
  CheckSuiteRecord,
  PullRecord,
  RepositoryRecord,
  State,
} from "./model.ts";

/** Fields that records written by earlier versions do not have. */
type Earlier<T, Later extends keyof T> = Omit<T, Later> & Partial<Pick<T, Later>>;

interface EarlierState
  extends Omit<State, "accounts" | "repositories" | "pulls" | "check_runs" | "check_suites" | "reactions"> {
  accounts: Earlier<AccountRecord, "member_ids">[];
  repositories: Earlier<RepositoryRecord, "fork_of">[];
  pulls: Earlier<PullRecord, "head_repository_id">[];
  check_runs: Earlier<CheckRunRecord, "suite_id" | "app">[];
  check_suites?: CheckSuiteRecord[];
  reactions?: State["reactions"];
}

/** A state that an earlier version left in the folder, with what has been added since. Adds nothing to a present one. */
export function upgradeState(state: EarlierState): State {
  const { id, slug, name, created_at } = state.app;
  const app = { id, slug, name };
  const suites = state.check_suites ?? [];
  const founders = state.accounts.filter(({ login }) => login === FOUNDER).map(({ id }) => id);
  let last_id = state.last_id;

  const suiteOf = (run: EarlierState["check_runs"][number]): number => {
    const known = suites.find(
      (suite) =>
        suite.repository_id === run.repository_id &&
        suite.head_sha === run.head_sha &&
        suite.app.id === app.id,
    );
    if (known) return known.id;
    last_id += 1;
    const at = run.started_at ?? created_at;
    const { repository_id, head_sha } = run;
    const times = { created_at: at, updated_at: at };
    suites.push({ id: last_id, repository_id, head_sha, head_branch: null, app, ...times });
    return last_id;
  };
  const check_runs = state.check_runs.map((run) => ({
    ...run,
    app: run.app ?? app,
    suite_id: run.suite_id ?? suiteOf(run),
  }));
  return {
    ...state,
    last_id,
    accounts: state.accounts.map((account) => {
      const known = account.type === "Organization" ? founders : [];
      return { ...account, member_ids: account.member_ids ?? known };
    }),
    repositories: state.repositories.map((one) => ({ ...one, fork_of: one.fork_of ?? null })),
    pulls: state.pulls.map((pull) => ({
      ...pull,
      head_repository_id: pull.head_repository_id ?? pull.repository_id,
    })),
    check_suites: suites,
    check_runs,
    reactions: state.reactions ?? [],
  };
}
