import { otherReporter } from "../checks/check-apps.ts";
import { type CheckRunChange, changeCheckRun, createCheckRun } from "../checks/check-runs.ts";
import { notFound } from "../github-error.ts";
import type { CheckReport, People } from "../people.ts";
import type { StatusRecord } from "../state/model.ts";
import { takeId } from "../state/store.ts";
import { enter, enterPull, mustWrite } from "./acting.ts";
import type { WorldDeps } from "./create-world.ts";

const DEFAULT_CONTEXT = "ci/build";
const DEFAULT_APP = "ci";
const DEFAULT_CHECK = "build";

type CheckPeople = Pick<People, "setStatus" | "reportCheck" | "rerunCheck" | "rerunChecks">;

/** What people and other programs report about the head of a pull request. */
export function createCheckPeople(deps: WorldDeps): CheckPeople {
  const { store, emit } = deps;

  return {
    async setStatus(ref, number, { state, context = DEFAULT_CONTEXT, description, person }) {
      const scene = await enterPull(deps, ref, number, person);
      mustWrite(scene);
      const { repository, pull, who, now } = scene;
      const status = store.update((next) => {
        const record: StatusRecord = {
          id: takeId(next),
          repository_id: repository.id,
          sha: pull.head_sha,
          state,
          context,
          description: description ?? null,
          target_url: null,
          creator_id: who.id,
          created_at: now,
          updated_at: now,
        };
        next.statuses.push(record);
        return record;
      });
      emit({ event: "status", sender: who, repository, status });
    },
    async reportCheck(ref, number, report = {}) {
      const { repository, pull } = await enterPull(deps, ref, number);
      const reporter = otherReporter(deps, report.app ?? DEFAULT_APP);
      const name = report.name ?? DEFAULT_CHECK;
      const change = changeOf(report);
      const running = store.state.check_runs.findLast(
        (run) =>
          run.repository_id === repository.id &&
          run.head_sha === pull.head_sha &&
          run.app.id === reporter.app.id &&
          run.name === name,
      );
      if (running && running.status !== "completed") {
        const { id } = changeCheckRun(deps, repository, running, change, reporter.sender);
        return { id };
      }
      const described = { ...change, name, head_sha: pull.head_sha };
      const { id } = await createCheckRun(deps, repository, reporter, described);
      return { id };
    },
    async rerunCheck(ref, id, { person } = {}) {
      const scene = enter(deps, ref, person);
      mustWrite(scene);
      const { repository, who } = scene;
      const checkRun = store.state.check_runs.find(
        (run) => run.id === id && run.repository_id === repository.id,
      );
      if (!checkRun) throw notFound();
      if (checkRun.app.id !== store.state.app.id) return;
      emit({ event: "check_run", action: "rerequested", sender: who, repository, checkRun });
    },
    async rerunChecks(ref, number, { person } = {}) {
      const scene = await enterPull(deps, ref, number, person);
      mustWrite(scene);
      const { repository, pull, who } = scene;
      const ours = store.state.check_suites.some(
        ({ repository_id, head_sha, app }) =>
          repository_id === repository.id && head_sha === pull.head_sha && app.id === store.state.app.id,
      );
      if (!ours) throw notFound();
      const head = { sha: pull.head_sha, branch: pull.head_ref };
      emit({ event: "check_suite", action: "rerequested", sender: who, repository, head });
    },
  };
}

function changeOf({
  status = "completed",
  conclusion = "success",
  title,
  summary,
}: CheckReport): CheckRunChange {
  const output =
    title === undefined && summary === undefined ? undefined : { title: title ?? "", summary: summary ?? "" };
  return { status, ...(status === "completed" ? { conclusion } : {}), output };
}
