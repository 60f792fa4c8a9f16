import { makeDeliveries, type Plan } from "./deliveries.ts";
import { sendAll } from "./send-all.ts";

/** Sends deliveries from a process of its own, so that making load costs neither server its event loop. */

export type LoadOrder =
  | { do: "make"; plan: Plan }
  | { do: "send"; host: string; port: number; connections: number; from: number; to: number };

let requests: Buffer[] = [];

process.on("message", async (order: LoadOrder) => {
  switch (order.do) {
    case "make": {
      const made = makeDeliveries(order.plan);
      requests = made.requests;
      process.send?.(made.planned);
      break;
    }
    case "send": {
      const { latencies_ms, ...sending } = await sendAll(
        order,
        requests.slice(order.from, order.to),
        order.connections,
      );
      process.send?.({ ...sending, latencies_ms: [...latencies_ms] });
      break;
    }
    default:
      throw new TypeError(`unknown order ${order satisfies never}`);
  }
});
