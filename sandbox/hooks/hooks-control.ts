import type { HookRules } from "./hook-rules.ts";

/** One attempt to deliver an event, as `GET /app/hook/deliveries` lists it. */
export interface DeliveryView {
  id: number;
  /** The event's own; every further delivery of the same event has it too. */
  guid: string;
  /** When it was sent: ISO 8601, UTC. */
  delivered_at: string;
  redelivery: boolean;
  /** Seconds until the answer. */
  duration: number;
  /** `OK`, or what was wrong. */
  status: string;
  /** The receiver's; 502 when there was no connection and 504 when there was no answer in time. */
  status_code: number;
  event: string;
  action: string | null;
  installation_id: number | null;
  repository_id: number | null;
}

export interface DeliveryDetail extends DeliveryView {
  url: string;
  request: { headers: Record<string, string>; payload: Record<string, unknown> };
  /** Nulls when there was no answer. */
  response: { headers: Record<string, string> | null; payload: string | null };
}

/** What an app is or would be told. */
export interface ToldPayload {
  event: string;
  action: string | null;
  installation_id: number;
  payload: Record<string, unknown>;
}

/** The app's webhook: where it leads, what has been delivered, and how deliveries are to go wrong. */
export interface HooksControl extends HookRules {
  /** Null until somebody sets it; it survives a restart. */
  url(): string | null;
  /** What happens while there is no address is never delivered. @throws TypeError unless it is an http or https URL. */
  setUrl(url: string | null): Promise<void>;
  /** Signs with another secret from now on, until the sandbox is restarted. */
  useSecret(secret: string): void;
  /** What has been sent or has failed, oldest first; about the newest 1,000 of the last three days. */
  deliveries(): DeliveryView[];
  /** @throws Error when there is no such delivery. */
  delivery(id: number): DeliveryDetail;
  /**
   * Sends a delivery's payload again, as a new delivery with the same GUID. It does not wait for its end.
   * @throws Error when there is no such delivery, or no address.
   */
  redeliver(id: number): Promise<void>;
  /**
   * Resolves once everything that was emitted has been delivered, has failed or is held.
   * @throws AggregateError when something could not be told to the app at all, which is a mistake in the sandbox.
   */
  idle(): Promise<void>;
  /**
   * Calls the listener with every payload the app may know of, whether there is an address or not, in order.
   * @returns a function that removes the listener.
   */
  onPayload(listener: (told: ToldPayload) => void): () => void;
}
