import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { Clock } from "../../src/clock.ts";
import type { PullNumbers } from "../answers/pull.ts";
import type { Site } from "../site.ts";
import type { PullRecord, RepositoryRecord } from "../state/model.ts";
import type { Repositories } from "../state/repositories.ts";
import type { Store } from "../state/store.ts";
import { audienceOf } from "./audience.ts";
import { createDeliver } from "./create-deliver.ts";
import { createHooksControl } from "./create-hooks-control.ts";
import { type DeliveryStore, openDeliveryStore } from "./delivery-store.ts";
import type { EmitHookEvent, HookEvent } from "./hook-event.ts";
import { createHookRules, type HookRulesInUse, type RuledDelivery } from "./hook-rules.ts";
import type { HooksControl } from "./hooks-control.ts";
import { createOutbox, type Outbox } from "./outbox.ts";
import { createPayloadListeners, type PayloadListeners } from "./payload-listeners.ts";
import type { CompletionDeps } from "./payloads/complete-payload.ts";
import { draftPayload } from "./payloads/draft-payload.ts";
import { NO_CONNECTION } from "./send-delivery.ts";

/** GitHub's; on GitHub Enterprise Server it is 30 s. */
const TIMEOUT_MS = 10_000;
const UNDER_WAY_MAX = 10;

export interface HooksDeps {
  /** Of the sandbox; deliveries get a folder of their own in it. */
  folder: string;
  site: Site;
  clock: Clock;
  store: Store;
  repositories: Repositories;
  /** The webhook secret. */
  secret: string;
  numbers(repository: RepositoryRecord, pull: PullRecord): Promise<PullNumbers>;
  /** How long an answer may take; default 10,000. */
  timeout_ms?: number;
}

export interface Hooks {
  emit: EmitHookEvent;
  control: HooksControl;
  /** What the REST API shows. */
  deliveries: Pick<DeliveryStore, "list" | "get">;
  /** @returns false when there is no such delivery, or no address. */
  redeliver(id: number): boolean;
  /** Nothing is sent before that. What waited when the sandbox was closed or killed goes out now. */
  start(): void;
  /** Nothing is sent after that; what is on its way counts as failed. */
  close(): Promise<void>;
}

export function createHooks(deps: HooksDeps): Hooks {
  const { site, store, repositories, clock, numbers } = deps;
  const deliveries = openDeliveryStore(join(deps.folder, "deliveries"), clock, NO_CONNECTION);
  const closing = new AbortController();
  const troubles: unknown[] = [];
  const onTrouble = (error: unknown): void => {
    troubles.push(error);
    process.emitWarning(error instanceof Error ? error : String(error));
  };
  let secret = deps.secret;
  const completion = { site, state: store.state, repositories, numbers };
  const { timeout_ms = TIMEOUT_MS } = deps;
  const { signal } = closing;
  const deliver = createDeliver({ deliveries, clock, completion, secret: () => secret, timeout_ms, signal });
  const outbox = createOutbox(UNDER_WAY_MAX, deliver, onTrouble);
  const sendOut = (ids: readonly number[]): void => {
    for (const id of ids) outbox.add({ id, fail: false });
  };
  const rules = createHookRules(sendOut);
  const send = createSend(rules, outbox);
  const listeners = createPayloadListeners(completion, onTrouble);
  // What waited when the sandbox was closed or killed goes before anything new.
  sendOut(deliveries.waiting());

  const take = createTake({ completion, deliveries, listeners, send });
  function redeliver(id: number): boolean {
    const known = deliveries.get(id);
    if (!known || deliveries.url() === null) return false;
    send({ ...known, redelivery: true }, () => deliveries.addAgain(id));
    return true;
  }

  return {
    emit(event) {
      if (signal.aborted) return;
      try {
        take(event);
      } catch (error) {
        onTrouble(error);
      }
    },
    control: createHooksControl({
      deliveries,
      rules,
      listeners,
      redeliver,
      useSecret: (next) => {
        secret = next;
      },
      idle: async () => {
        await listeners.idle();
        await outbox.idle();
        if (troubles.length > 0) throw new AggregateError(troubles.splice(0), "Events were not told of.");
      },
    }),
    deliveries,
    redeliver,
    start: outbox.start,
    async close() {
      closing.abort();
      const stopped = outbox.stop();
      rules.clearRules();
      await stopped;
      deliveries.close();
    },
  };
}

interface TakeDeps {
  completion: CompletionDeps;
  deliveries: Pick<DeliveryStore, "url" | "add">;
  listeners: Pick<PayloadListeners, "any" | "tell">;
  send: Send;
}

/** What becomes of an event at the moment it happens: its payload is written down, if the app may know. */
function createTake({ completion, deliveries, listeners, send }: TakeDeps): (event: HookEvent) => void {
  return (event) => {
    const installation = audienceOf(completion.state, event);
    const heard = deliveries.url() !== null;
    if (!installation || (!heard && !listeners.any())) return;
    // As text, because the records go on changing.
    const draft = JSON.stringify(draftPayload(completion, event, installation));
    const action = "action" in event ? event.action : null;
    const told = { event: event.event, action, installation_id: installation.id };
    listeners.tell(told, draft);
    if (!heard) return;
    const repository_id = "repository" in event ? event.repository.id : null;
    const delivery = { ...told, repository_id, guid: randomUUID(), draft };
    send({ ...told, redelivery: false }, () => deliveries.add(delivery));
  };
}

/** Takes a delivery as the rules say; `add` writes it down and may be called twice. */
type Send = (delivery: RuledDelivery, add: () => number) => void;

function createSend(rules: HookRulesInUse, outbox: Outbox): Send {
  const sendOut = (id: number): void => outbox.add({ id, fail: false });
  return (delivery, add) => {
    const rule = rules.match(delivery);
    if (rule === null) {
      sendOut(add());
      return;
    }
    switch (rule.do) {
      case "lose":
        return;
      case "fail":
        outbox.add({ id: add(), fail: true });
        return;
      case "duplicate":
        sendOut(add());
        sendOut(add());
        return;
      case "hold":
        rules.hold(rule.id, add());
        return;
      default:
        rule.do satisfies never;
    }
  };
}
