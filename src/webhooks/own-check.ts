import { z } from "zod";
import { CHECK_NAME } from "../proposals/check-name.ts";
import type { Own } from "./event-handler.ts";

export const appPart = z.object({ id: z.number() }).nullish().catch(null);

/** Whether a check run is the one we make ourselves. */
export const isOwnCheck = (
  run: { name: string; app?: { id: number } | null | undefined },
  own: Own,
): boolean => run.name === CHECK_NAME && (own.appId === null || run.app?.id === own.appId);
