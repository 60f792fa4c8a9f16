import type { Stage } from "../stage.ts";
import type { UnderWay } from "../under-way.ts";

/** One way in which a database fails those who use it. */
export interface DatabaseFault {
  name: string;
  /** While it lasts nobody can work, and /readyz has to say so. */
  takesAway: boolean;
  /** What has to be so before transactions begin. */
  prepare?(stage: Stage): Promise<void>;
  /** Strikes. @throws when it could not: a fault that did not come proves nothing */
  strike(stage: Stage, inTransaction: UnderWay["inTransaction"]): Promise<void>;
  /** Brings everything back to what it was. */
  heal(stage: Stage, inTransaction: UnderWay["inTransaction"]): Promise<void>;
}
