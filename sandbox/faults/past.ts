import { createAccess } from "../auth/access.ts";
import { GitHubError, notFound } from "../github-error.ts";
import { createPullNumbers } from "../pulls/pull-numbers.ts";
import type { Pulls } from "../pulls/pulls.ts";
import type { RouteDeps } from "../routes/route-deps.ts";
import { installationById, pullByNumber } from "../state/lookup.ts";
import type { State } from "../state/model.ts";
import type { Store } from "../state/store.ts";
import type { Memory } from "./faults.ts";

/** A server over a state of the past. */
interface PastServer {
  handle: (...exchange: never[]) => void;
  close: () => Promise<void>;
}

interface Moment<Server> {
  state: State;
  server?: Promise<Server>;
}

/** The states that `stale` faults answer from: each the one in which its fault was added. */
export interface Past<Server> extends Memory {
  /** @param build makes the server of that state; called once for each fault. */
  server(fault: string, build: (state: State) => Promise<Server>): Promise<Server>;
}

export function createPast<Server extends PastServer>(store: Store): Past<Server> {
  const moments = new Map<string, Moment<Server>>();
  return {
    remember: (fault) => void moments.set(fault, { state: structuredClone(store.state) as State }),
    forget(fault) {
      const { server } = moments.get(fault) ?? {};
      moments.delete(fault);
      void server?.then(({ close }) => close());
    },
    server(fault, build) {
      const moment = moments.get(fault);
      if (!moment) return Promise.reject(new Error(`There is no fault ${fault}.`));
      moment.server ??= build(moment.state);
      return moment.server;
    },
  };
}

/**
 * The same parts, reading `state`. Credentials are looked at as they are now; what git itself holds (refs, contents,
 * commits) is read as it is now too.
 */
export function inPast<Deps extends RouteDeps>(deps: Deps, state: State, privateKey: string): Deps {
  const { tokens, clock, repositories } = deps;
  const store: Store = {
    state,
    update: () => {
      throw new GitHubError(403, "The past can't be changed.");
    },
    close: () => undefined,
  };
  const asItWas = {
    ...tokens,
    verify: (token: string) => {
      const { token: record, installation } = tokens.verify(token);
      return { token: record, installation: installationById(state, installation.id) ?? installation };
    },
  };
  const access = createAccess({ store, tokens: asItWas, clock, privateKey });
  const numbers = createPullNumbers(repositories);
  const pulls: Pulls = {
    ...deps.pulls,
    numbers,
    list: async ({ id }) => state.pulls.filter((pull) => pull.repository_id === id),
    async get({ id }, number) {
      const pull = pullByNumber(state, id, number);
      if (!pull) throw notFound();
      return pull;
    },
  };
  return { ...deps, store, access, pulls };
}
