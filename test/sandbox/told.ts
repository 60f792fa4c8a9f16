import type { ToldPayload } from "../../sandbox/hooks/hooks-control.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";

// biome-ignore lint/suspicious/noExplicitAny: tests read payloads whose shape conformance checks elsewhere.
type Payload = any;

export interface Told {
  /** What the app was told since the last call, such as `pull_request.closed alice`: event, action, sender. */
  since(): Promise<string[]>;
  /** The payload of the last event of this name, such as `pull_request.edited`. */
  last(name: string): Payload;
}

/** Listens to everything the app is told, with a webhook or without. */
export function listenToEvents(sandbox: Sandbox): Told {
  const all: ToldPayload[] = [];
  let seen = 0;
  sandbox.hooks.onPayload((told) => all.push(told));
  const nameOf = ({ event, action }: ToldPayload): string => (action === null ? event : `${event}.${action}`);
  return {
    async since() {
      await sandbox.hooks.idle();
      const fresh = all.slice(seen);
      seen = all.length;
      return fresh.map((told) => `${nameOf(told)} ${(told.payload as Payload).sender.login}`);
    },
    last(name) {
      const found = all.findLast((told) => nameOf(told) === name);
      if (!found) throw new Error(`The app was never told of ${name}.`);
      return found.payload;
    },
  };
}
