import type { Clock } from "../../src/clock.ts";
import { deliveryHeaders } from "./delivery-headers.ts";
import type { DeliveryStore, WaitingDelivery } from "./delivery-store.ts";
import type { Deliver } from "./outbox.ts";
import { type CompletionDeps, completePayload } from "./payloads/complete-payload.ts";
import { NO_CONNECTION, sendDelivery } from "./send-delivery.ts";

/** "Payloads are capped at 25 MB": what is larger is not delivered. */
const PAYLOAD_BYTES_MAX = 25 * 1024 * 1024;

export interface DeliverDeps {
  deliveries: DeliveryStore;
  clock: Clock;
  completion: CompletionDeps;
  secret(): string;
  timeout_ms: number;
  signal: AbortSignal;
}

/** Takes one delivery from a draft to a noted answer. */
export function createDeliver(deps: DeliverDeps): Deliver {
  const { deliveries, clock, completion, timeout_ms, signal } = deps;

  async function payloadOf({ payload, draft }: WaitingDelivery): Promise<string | null> {
    if (payload !== null) return payload;
    const completed = draft && (await completePayload(completion, draft));
    return completed && JSON.stringify(completed);
  }

  return async ({ id, fail }, turn, sent) => {
    const delivery = deliveries.read(id);
    const payload = await payloadOf(delivery);
    const body = Buffer.from(payload ?? "");
    if (payload === null || body.length > PAYLOAD_BYTES_MAX) {
      deliveries.remove(id);
      return;
    }
    await turn;
    // It goes out when the sandbox is started again.
    if (signal.aborted) return;
    const { guid, event } = delivery;
    const appId = completion.state.app.id;
    const headers = deliveryHeaders({ guid, event, body, appId, secret: deps.secret() });
    const url = deliveries.url();
    deliveries.started(id, { url: url ?? "", headers, payload });
    const begun = clock.now();
    const attempt =
      fail || url === null
        ? NO_CONNECTION
        : await sendDelivery({ url, headers, body, timeout_ms, signal, onSent: sent });
    deliveries.finished(id, attempt, (clock.now() - begun) / 1000);
  };
}
