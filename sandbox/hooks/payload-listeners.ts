import type { ToldPayload } from "./hooks-control.ts";
import { type CompletionDeps, completePayload } from "./payloads/complete-payload.ts";
import type { PayloadDraft } from "./payloads/draft-payload.ts";

export interface PayloadListeners {
  any(): boolean;
  /** @returns a function that removes the listener. */
  listen(listener: (told: ToldPayload) => void): () => void;
  /** @param draft {@link PayloadDraft} as JSON. */
  tell(about: Omit<ToldPayload, "payload">, draft: string): void;
  /** Resolves once all has been told. */
  idle(): Promise<void>;
}

/** Tells of payloads one after the other, whether they are delivered or not. */
export function createPayloadListeners(
  completion: CompletionDeps,
  onTrouble: (error: unknown) => void,
): PayloadListeners {
  const listeners = new Set<(told: ToldPayload) => void>();
  let last: Promise<void> = Promise.resolve();

  async function complete(about: Omit<ToldPayload, "payload">, draft: string): Promise<void> {
    const payload = await completePayload(completion, JSON.parse(draft) as PayloadDraft);
    if (payload === null) return;
    for (const listener of listeners) listener({ ...about, payload: { ...payload } });
  }

  return {
    any: () => listeners.size > 0,
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    tell(about, draft) {
      if (listeners.size === 0) return;
      last = last.then(() => complete(about, draft)).catch(onTrouble);
    },
    idle: () => last,
  };
}
