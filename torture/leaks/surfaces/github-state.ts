import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { PullView } from "../../../sandbox/world.ts";
import type { LeakWorld } from "../leak-world.ts";
import type { Seen, Surface } from "../surface.ts";

type GithubWorld = Pick<LeakWorld, "sandbox" | "folders">;
type Records = Record<string, unknown>;

/** What GitHub remembers besides git, read from where the sandbox keeps it: nothing the API leaves out is missed. */
export const githubStateSurfaces = (world: GithubWorld): Surface[] => [
  {
    name: "pull requests",
    read: () => recordsOf(world, "pulls"),
    plant: async (title) => {
      const { repository, pull } = await anyPull(world);
      await world.sandbox.editPull(repository, pull.number, { title });
      return `pulls ${pull.id} of ${pull.user} title`;
    },
    shownOn: ["pages of GitHub"],
  },
  {
    name: "comments",
    read: () => recordsOf(world, "comments"),
    plant: async (body) => {
      const { repository, pull } = await anyPull(world);
      const { id, user } = await world.sandbox.commentOnPull(repository, pull.number, { body });
      return `comments ${id} of ${user} body`;
    },
    shownOn: ["pages of GitHub"],
  },
  {
    name: "checks",
    read: () => recordsOf(world, "check_runs"),
    plant: async (summary) => {
      const { repository, pull } = await anyPull(world);
      const { id } = await world.sandbox.reportCheck(repository, pull.number, { summary });
      return `check_runs ${id} output`;
    },
    shownOn: ["pages of GitHub"],
  },
  {
    name: "the rest of GitHub's records",
    read: () =>
      recordsOf(world, "accounts", "repositories", "installations", "reviews", "statuses", "reactions"),
    plant: async (login) => {
      const { id } = await world.sandbox.createPerson(login);
      return `accounts ${id} login`;
    },
    shownOn: ["pages of GitHub"],
  },
];

async function* recordsOf({ folders }: GithubWorld, ...lists: string[]): AsyncGenerator<Seen> {
  const state = JSON.parse(await readFile(join(folders.github, "sandbox", "state.json"), "utf8")) as Records;
  const logins = new Map((state.accounts as Records[]).map(({ id, login }) => [id, login]));
  for (const list of lists) {
    for (const record of state[list] as Records[]) {
      const author = logins.get(record.user_id);
      const name = author === undefined ? `${list} ${record.id}` : `${list} ${record.id} of ${author}`;
      for (const [field, value] of Object.entries(record)) {
        const text = typeof value === "string" ? value : JSON.stringify(value);
        yield { place: `${name} ${field}`, bytes: Buffer.from(text) };
      }
    }
  }
}

/** Any pull request, open if there is one. @throws when there is none: then nothing was made that could leak */
export const anyPull = async ({
  sandbox,
}: Pick<LeakWorld, "sandbox">): Promise<{ repository: string; pull: PullView }> => {
  const all: { repository: string; pull: PullView }[] = [];
  for (const { full_name } of sandbox.repositories())
    all.push(...(await sandbox.pulls(full_name)).map((pull) => ({ repository: full_name, pull })));
  const found = all.find(({ pull }) => pull.state === "open") ?? all[0];
  if (found === undefined) throw new Error("there is no pull request");
  return found;
};
