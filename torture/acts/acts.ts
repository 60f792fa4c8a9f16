import type { Act } from "./act.ts";
import { closePrAct } from "./close-pr-act.ts";
import { intakeAct } from "./intake-act.ts";
import { mirrorPrAct } from "./mirror-pr-act.ts";
import { openPrAct } from "./open-pr-act.ts";
import { syncInstallationAct } from "./sync-installation-act.ts";

export const acts: readonly Act[] = [openPrAct, closePrAct, mirrorPrAct, syncInstallationAct, intakeAct];
