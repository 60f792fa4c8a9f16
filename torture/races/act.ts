import type { ScheduleName } from "../../src/queue/queues.ts";
import type { TestService } from "../../test/support/start-service.ts";
import type { Random } from "../random.ts";
import type { Chronicle } from "./chronicle.ts";
import type { Operator } from "./operator.ts";
import type { Owners } from "./owners.ts";
import type { People } from "./people.ts";
import type { Stage } from "./stage.ts";

/** What a client has at hand. */
export interface Scene {
  service: TestService;
  stage: Stage;
  operator: Operator;
  people: People;
  owners: Owners;
  chronicle: Chronicle;
  /** Takes a schedule's turn. */
  takeTurn(name: ScheduleName): Promise<void>;
  random: Random;
}

export interface Act {
  /** How often it is chosen, compared with others. */
  weight: number;
  run(scene: Scene): Promise<unknown>;
}
