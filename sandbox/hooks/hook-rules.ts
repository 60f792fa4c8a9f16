import { randomUUID } from "node:crypto";

export interface HookRuleSpec {
  /** Such as `pull_request`; unset: every event. */
  event?: string | undefined;
  /** Such as `opened`; unset: every action. */
  action?: string | undefined;
  /** True: deliveries somebody asked for again alone; false: first ones alone; unset: both. */
  redelivery?: boolean | undefined;
  /** Lets this many matching ones pass first; default 0. */
  skip?: number | undefined;
  /** Applies to this many; default 1; null until removed. */
  times?: number | null | undefined;
  /**
   * - `lose` never sent and never listed, as if GitHub had forgotten it
   * - `fail` not sent, and listed as failed
   * - `duplicate` sent twice with the same GUID
   * - `hold` kept until `release`
   */
  do: "lose" | "fail" | "duplicate" | "hold";
  /** For `hold`: released by itself as soon as it holds this many. */
  release_at?: number | undefined;
  /** For `hold`: the order in which they are released unless `release` says otherwise. */
  order?: "happened" | "reversed" | undefined;
}

export interface ActiveHookRule extends HookRuleSpec {
  id: string;
  /** Deliveries that matched so far, and those it was applied to. */
  matched: number;
  applied: number;
  /** Ids of the deliveries it holds now, in the order in which they happened. */
  holding: number[];
}

/** Rules are looked at in the order they were added; the first that takes a delivery decides. They end with the process. */
export interface HookRules {
  /** @returns the rule's id. */
  addRule(spec: HookRuleSpec): string;
  rules(): ActiveHookRule[];
  /** Lets what it holds go out. */
  removeRule(id: string): void;
  /** Removes all and lets everything that is held go out. */
  clearRules(): void;
  /** Resolves with the ids of the held deliveries as soon as there are `count` (default 1); rejects when it is removed. */
  held(id: string, count?: number): Promise<number[]>;
  /** Lets what the rule holds now go out: all of it, or the named deliveries in the order given. */
  release(id: string, which?: { order?: "happened" | "reversed"; deliveries?: number[] }): void;
}

/** A delivery as rules see it. */
export interface RuledDelivery {
  event: string;
  action: string | null;
  redelivery: boolean;
}

export interface HookRulesInUse extends HookRules {
  /** Counts the delivery. @returns the rule that takes it, or null: it goes its way. */
  match(delivery: RuledDelivery): { id: string; do: HookRuleSpec["do"] } | null;
  hold(ruleId: string, delivery: number): void;
}

interface Holding {
  rule: ActiveHookRule;
  watchers: { count: number; told: PromiseWithResolvers<number[]> }[];
}

/** @param sendOut takes deliveries that are held no longer, in the order in which they are to go. */
export function createHookRules(sendOut: (deliveries: number[]) => void): HookRulesInUse {
  const active = new Map<string, Holding>();

  function known(id: string): Holding {
    const holding = active.get(id);
    if (!holding) throw new Error(`There is no hook rule ${id}.`);
    return holding;
  }
  function release(id: string, which: Parameters<HookRules["release"]>[1] = {}): void {
    const { rule } = known(id);
    const reversed = (which.order ?? rule.order) === "reversed";
    const wanted = which.deliveries ?? (reversed ? rule.holding.toReversed() : rule.holding);
    const missing = wanted.find((delivery) => !rule.holding.includes(delivery));
    if (missing !== undefined) throw new Error(`The hook rule ${id} does not hold ${missing}.`);
    rule.holding = rule.holding.filter((delivery) => !wanted.includes(delivery));
    sendOut(wanted);
  }
  function removeRule(id: string): void {
    const { watchers } = known(id);
    release(id);
    active.delete(id);
    for (const { told } of watchers) told.reject(new Error(`The hook rule ${id} was removed.`));
  }

  return {
    addRule(spec) {
      const id = randomUUID();
      active.set(id, { rule: { ...spec, id, matched: 0, applied: 0, holding: [] }, watchers: [] });
      return id;
    },
    rules: () => [...active.values()].map(({ rule }) => structuredClone(rule)),
    removeRule,
    clearRules: () => {
      for (const id of [...active.keys()]) removeRule(id);
    },
    async held(id, count = 1) {
      const { rule, watchers } = known(id);
      if (rule.holding.length >= count) return [...rule.holding];
      const told = Promise.withResolvers<number[]>();
      watchers.push({ count, told });
      return told.promise;
    },
    release,
    match(delivery) {
      for (const { rule } of active.values()) {
        if (matches(rule, delivery) && takes(rule)) return { id: rule.id, do: rule.do };
      }
      return null;
    },
    hold(ruleId, delivery) {
      const holding = known(ruleId);
      const { rule } = holding;
      rule.holding.push(delivery);
      const ready = holding.watchers.filter(({ count }) => rule.holding.length >= count);
      holding.watchers = holding.watchers.filter((watcher) => !ready.includes(watcher));
      for (const { told } of ready) told.resolve([...rule.holding]);
      if (rule.release_at !== undefined && rule.holding.length >= rule.release_at) release(ruleId);
    },
  };
}

function matches(rule: HookRuleSpec, { event, action, redelivery }: RuledDelivery): boolean {
  return (
    (rule.event === undefined || rule.event === event) &&
    (rule.action === undefined || rule.action === action) &&
    (rule.redelivery === undefined || rule.redelivery === redelivery)
  );
}

/** Counts a matching delivery and says whether it is one of those the rule applies to. */
function takes(rule: ActiveHookRule): boolean {
  rule.matched += 1;
  const { skip = 0, times = 1 } = rule;
  if (rule.matched <= skip || (times !== null && rule.applied >= times)) return false;
  rule.applied += 1;
  return true;
}
