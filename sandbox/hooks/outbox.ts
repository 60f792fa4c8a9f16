/** A delivery on its way out. */
export interface Parcel {
  id: number;
  /** Not sent, and noted as failed. */
  fail: boolean;
}

export interface Outbox {
  /** Does not wait for anything. */
  add(parcel: Parcel): void;
  start(): void;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
  /** Begins nothing any more, and waits for what is under way. */
  stop(): Promise<void>;
}

/** Delivers one; `turn` resolves when those before it are on their way, and `sent` says that it is too. */
export type Deliver = (parcel: Parcel, turn: Promise<void>, sent: () => void) => Promise<void>;

/** Sends parcels in their order, up to `underWay_max` at a time: the next doesn't wait for the answer to the one before. */
export function createOutbox(
  underWay_max: number,
  deliver: Deliver,
  onTrouble: (error: unknown) => void,
): Outbox {
  const waiting: Parcel[] = [];
  const underWay = new Set<Promise<void>>();
  let running = false;
  let lastSent: Promise<void> = Promise.resolve();

  async function handOver(parcel: Parcel): Promise<void> {
    const before = lastSent;
    const sent = Promise.withResolvers<void>();
    lastSent = sent.promise;
    try {
      await deliver(parcel, before, sent.resolve);
    } catch (error) {
      onTrouble(error);
    } finally {
      sent.resolve();
    }
  }

  function pump(): void {
    while (running && underWay.size < underWay_max) {
      const parcel = waiting.shift();
      if (!parcel) return;
      const delivery = handOver(parcel).then(() => {
        underWay.delete(delivery);
        pump();
      });
      underWay.add(delivery);
    }
  }
  async function idle(): Promise<void> {
    // Whatever ends makes room for the next, so that nothing waits once nothing is under way.
    while (underWay.size > 0) await Promise.race(underWay);
  }

  return {
    add(parcel) {
      waiting.push(parcel);
      pump();
    },
    start() {
      running = true;
      pump();
    },
    idle,
    async stop() {
      running = false;
      await idle();
    },
  };
}
