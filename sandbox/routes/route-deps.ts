import type { Clock } from "../../src/clock.ts";
import type { Access } from "../auth/access.ts";
import type { Tokens } from "../auth/tokens.ts";
import type { EmitHookEvent } from "../hooks/hook-event.ts";
import type { Hooks } from "../hooks/hooks.ts";
import type { Pulls } from "../pulls/pulls.ts";
import type { RateLimit } from "../rest/rate-limit.ts";
import type { Site } from "../site.ts";
import type { Repositories } from "../state/repositories.ts";
import type { Store } from "../state/store.ts";

/** What the routes are made of; each takes what it needs. */
export interface RouteDeps {
  site: Site;
  clock: Clock;
  store: Store;
  tokens: Tokens;
  access: Access;
  repositories: Repositories;
  pulls: Pulls;
  emit: EmitHookEvent;
  hooks: Pick<Hooks, "deliveries" | "redeliver">;
  rateLimit: RateLimit;
}
