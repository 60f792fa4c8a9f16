import type { DeliveryStore } from "./delivery-store.ts";
import type { HookRules } from "./hook-rules.ts";
import type { HooksControl } from "./hooks-control.ts";
import type { PayloadListeners } from "./payload-listeners.ts";

interface ControlledHooks {
  deliveries: Pick<DeliveryStore, "url" | "setUrl" | "list" | "get">;
  rules: HookRules;
  listeners: Pick<PayloadListeners, "listen">;
  /** @returns false when it is not possible. */
  redeliver(id: number): boolean;
  useSecret(secret: string): void;
  idle(): Promise<void>;
}

export function createHooksControl(hooks: ControlledHooks): HooksControl {
  const { deliveries, rules, listeners, redeliver, useSecret, idle } = hooks;
  const { addRule, removeRule, clearRules, held, release } = rules;
  return {
    addRule,
    rules: rules.rules,
    removeRule,
    clearRules,
    held,
    release,
    url: deliveries.url,
    async setUrl(url) {
      if (url !== null && !/^https?:$/.test(new URL(url).protocol))
        throw new TypeError(`${url} is no web address.`);
      deliveries.setUrl(url);
    },
    useSecret,
    deliveries: () => deliveries.list({ limit: Number.MAX_SAFE_INTEGER }).toReversed(),
    delivery(id) {
      const known = deliveries.get(id);
      if (!known) throw new Error(`There is no delivery ${id}.`);
      return known;
    },
    async redeliver(id) {
      if (!redeliver(id)) throw new Error(`The delivery ${id} can't be sent again.`);
    },
    idle,
    onPayload: listeners.listen,
  };
}
