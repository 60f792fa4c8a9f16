import { z } from "zod";
import type { AppAuthentication } from "./app-auth.ts";
import { readAnswer } from "./read-answer.ts";

const LIST = "GET /app/hook/deliveries";
const REDELIVER = "POST /app/hook/deliveries/{delivery_id}/attempts";
const DELIVERIES_PER_PAGE = 100;
const NEXT_PAGE = /<([^>]+)>;\s*rel="next"/;

/** One attempt of GitHub's to deliver an event. */
export interface HookDelivery {
  /** Decimal; some are larger than a double can hold. */
  id: string;
  /** The event's own, in lower case: every further attempt has it too. */
  guid: string;
  deliveredAt: Date;
  /** Whether it was answered with 2xx. */
  ok: boolean;
}

export interface DeliveryPage {
  /** Newest first. */
  deliveries: HookDelivery[];
  /** For the page after this one; null: this is the last. */
  next: string | null;
}

export interface HookDeliveries {
  /** A page of what GitHub has sent us, or has tried to, in the last three days; the newest without a cursor. */
  page(cursor: string | null, signal: AbortSignal): Promise<DeliveryPage>;
  /** Asks for a further attempt. GitHub takes that note and sends it soon after. */
  redeliver(id: string, signal: AbortSignal): Promise<void>;
}

/** https://docs.github.com/rest/apps/webhooks#list-deliveries-for-an-app-webhook */
const deliveriesSchema = z.array(
  z
    .object({
      // Octokit reads a number that a double can't hold as a bigint.
      id: z.union([z.int(), z.bigint()]).transform(String),
      guid: z.guid().toLowerCase(),
      delivered_at: z.iso.datetime({ offset: true }).transform((text) => new Date(text)),
      status_code: z.number(),
    })
    .transform(
      ({ id, guid, delivered_at, status_code }): HookDelivery => ({
        id,
        guid,
        deliveredAt: delivered_at,
        ok: status_code >= 200 && status_code < 300,
      }),
    ),
);

/**
 * What GitHub has delivered to the app.
 * @throws (from its methods) AppError GITHUB_NOT_CONFIGURED, GithubApiError, RescheduleError, the signal's reason
 */
export const createHookDeliveries = ({
  asApp,
}: {
  asApp: Pick<AppAuthentication, "request">;
}): HookDeliveries => ({
  page: async (cursor, signal) => {
    const asked = { per_page: DELIVERIES_PER_PAGE, ...(cursor !== null && { cursor }) };
    const { data, link } = await asApp.request(LIST, asked, signal);
    return { deliveries: readAnswer(deliveriesSchema, data, LIST), next: cursorOf(link) };
  },
  redeliver: async (id, signal) => {
    await asApp.request(REDELIVER, { delivery_id: id }, signal);
  },
});

const cursorOf = (link: string | undefined): string | null => {
  const address = NEXT_PAGE.exec(link ?? "")?.[1];
  return address !== undefined && URL.canParse(address) ? new URL(address).searchParams.get("cursor") : null;
};
