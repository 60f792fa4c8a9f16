import type { Clock } from "../../src/clock.ts";
import { isoSeconds } from "../site.ts";
import { accountById, accountByLogin } from "../state/lookup.ts";
import type { AccountRecord, State } from "../state/model.ts";
import { type Store, takeId } from "../state/store.ts";
import type { Reporter } from "./check-runs.ts";

/** Our own app. */
export function ourReporter(state: State): Reporter {
  const { id, slug, name, bot_id } = state.app;
  return { app: { id, slug, name }, sender: accountById(state, bot_id) };
}

/** Another app, which exists as soon as it reports something. Its bot has the app's id. */
export function otherReporter({ store, clock }: { store: Store; clock: Clock }, slug: string): Reporter {
  if (slug === store.state.app.slug) return ourReporter(store.state);
  const login = `${slug}[bot]`;
  const known = accountByLogin(store.state, login);
  const sender = known ?? store.update((state) => addBot(state, login, isoSeconds(clock.now())));
  return { app: { id: sender.id, slug, name: slug }, sender };
}

function addBot(state: State, login: string, created_at: string): AccountRecord {
  const bot: AccountRecord = { id: takeId(state), login, type: "Bot", member_ids: [], created_at };
  state.accounts.push(bot);
  return bot;
}
