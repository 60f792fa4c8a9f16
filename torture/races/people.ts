import type { PullView } from "../../sandbox/world.ts";
import type { TestService } from "../../test/support/start-service.ts";
import { type Chronicle, placeOfBranch, placeOfPull } from "./chronicle.ts";
import { createDeedDoer } from "./deed-doer.ts";
import type { StageRepository } from "./stage.ts";
import { lastSeq } from "./standing.ts";

/** A pull request in a repository of the stage. */
export interface PeoplesPull {
  repository: StageRepository;
  pull: Pick<PullView, "number" | "head" | "base" | "user">;
}

/** What people do on GitHub; each says whether GitHub let them. What they push is written down. */
export interface People {
  /** Newest first. */
  pulls(repository: StageRepository): Promise<PeoplesPull[]>;
  merge(pull: PeoplesPull): Promise<boolean>;
  close(pull: PeoplesPull): Promise<boolean>;
  reopen(pull: PeoplesPull): Promise<boolean>;
  setDraft(pull: PeoplesPull, draft: boolean): Promise<boolean>;
  changeBase(pull: PeoplesPull, base: string): Promise<boolean>;
  pushToHead(pull: PeoplesPull): Promise<boolean>;
  restoreHead(pull: PeoplesPull): Promise<boolean>;
  comment(pull: PeoplesPull, body: string, person: string): Promise<boolean>;
  review(pull: PeoplesPull, state: "approved" | "changes_requested"): Promise<boolean>;
  setStatus(pull: PeoplesPull, state: "pending" | "success" | "failure"): Promise<boolean>;
  /** A branch that is missing starts at the default branch. */
  push(repository: StageRepository, branch: string): Promise<boolean>;
  deleteBranch(repository: StageRepository, branch: string): Promise<boolean>;
  /** A pull request of somebody's own, from a branch of their own. */
  openOwn(repository: StageRepository): Promise<boolean>;
  /** A pull request of somebody's own, from a branch of this name in their fork. */
  openFromFork(repository: StageRepository, branch: string): Promise<boolean>;
}

type Github = Pick<TestService, "sandbox" | "db">;

export const createPeople = ({ sandbox, db }: Github, chronicle: Chronicle): People => {
  const act = createDeedDoer({ db }, chronicle);
  let things = 0;
  /** Something nobody else writes, so that people's changes don't conflict. */
  const something = () => ({ [`notes/${++things}.md`]: `Note ${things}.\n` });

  const push = async (repository: StageRepository, branch: string): Promise<void> => {
    const began = chronicle.now();
    chronicle.touched.add(placeOfBranch(repository.id, branch));
    const sha = await sandbox.pushAs("bob", repository.id, branch, something());
    chronicle.commits.push({ repository: repository.id, branch, sha, began });
  };
  const taking = (repository: number, branch: string, work: () => Promise<unknown>): Promise<unknown> =>
    work().finally(() => chronicle.takings.push({ repository, branch, ended: chronicle.now() }));
  const open = async (
    repository: StageRepository,
    options: { person: string; head: string },
  ): Promise<void> => {
    const { number } = await sandbox.openPull(repository.id, { title: "Mine", ...options });
    chronicle.personsPulls.set(placeOfPull(repository.id, number), true);
  };
  const onPull = (text: string, pull: PeoplesPull, work: (id: number, number: number) => Promise<unknown>) =>
    act(text, aboutPull(pull), () => work(pull.repository.id, pull.pull.number));

  return {
    pulls: async (repository) =>
      (await sandbox.pulls(repository.id)).toReversed().map((pull) => ({ repository, pull })),
    merge: (pull) => onPull("merge", pull, (id, number) => sandbox.mergePull(id, number)),
    close: (pull) =>
      onPull("close", pull, async (id, number) => {
        const place = placeOfPull(id, number);
        if (chronicle.personsPulls.has(place)) chronicle.personsPulls.set(place, false);
        await sandbox.closePull(id, number);
      }),
    reopen: (pull) =>
      onPull("reopen", pull, async (id, number) => {
        await sandbox.reopenPull(id, number);
        chronicle.reopened.set(placeOfPull(id, number), await lastSeq(db));
      }),
    setDraft: (pull, draft) =>
      onPull(draft ? "convert to draft" : "ready for review", pull, (id, number) =>
        draft ? sandbox.convertToDraft(id, number) : sandbox.readyForReview(id, number),
      ),
    changeBase: (pull, base) =>
      onPull(`base ${base}`, pull, (id, number) => sandbox.editPull(id, number, { base })),
    pushToHead: (pull) => onPull("push to head", pull, () => push(pull.repository, pull.pull.head.ref)),
    restoreHead: (pull) =>
      onPull("restore branch", pull, async (id, number) => {
        const branch = pull.pull.head.ref;
        chronicle.restored.add(placeOfBranch(id, branch));
        chronicle.touched.add(placeOfBranch(id, branch));
        // It looks first and then forces, so that what somebody pushes in between is taken away.
        await taking(id, branch, () => sandbox.restoreHeadBranch(id, number));
      }),
    comment: (pull, body, person) =>
      onPull(`${person}: ${body}`, pull, (id, number) => sandbox.commentOnPull(id, number, { body, person })),
    review: (pull, state) => onPull(state, pull, (id, number) => sandbox.reviewPull(id, number, { state })),
    setStatus: (pull, state) =>
      onPull(`status ${state}`, pull, (id, number) => sandbox.setStatus(id, number, { state })),
    push: (repository, branch) =>
      act(`push to ${branch}`, [placeOfBranch(repository.id, branch)], () => push(repository, branch)),
    deleteBranch: (repository, branch) =>
      act(`delete ${branch}`, [placeOfBranch(repository.id, branch)], async () => {
        chronicle.touched.add(placeOfBranch(repository.id, branch));
        await taking(repository.id, branch, () => sandbox.deleteBranch(repository.id, branch));
      }),
    openOwn: (repository) =>
      act("open a pull request of one's own", [], async () => {
        const head = `feature-${++things}`;
        await push(repository, head);
        await open(repository, { person: "bob", head });
      }),
    openFromFork: (repository, branch) =>
      act(`open one from a fork's ${branch}`, [], async () => {
        const person = `person-${++things}`;
        const fork = await sandbox.fork(repository.id, person);
        await sandbox.pushAs(person, fork.id, branch, something());
        await open(repository, { person, head: `${person}:${branch}` });
      }),
  };
};

const aboutPull = ({ repository, pull }: PeoplesPull): string[] => [
  placeOfPull(repository.id, pull.number),
  placeOfBranch(repository.id, pull.head.ref),
];
