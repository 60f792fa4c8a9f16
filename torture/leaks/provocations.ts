import type { Trial } from "../part.ts";
import { databaseTrouble } from "./provocations/database-trouble.ts";
import { deliveries } from "./provocations/deliveries.ts";
import { echoes } from "./provocations/echoes.ts";
import { gitRemarks } from "./provocations/git-remarks.ts";
import { processTrouble } from "./provocations/process-trouble.ts";
import type { Provocation } from "./provocations/provocation.ts";
import { requests } from "./provocations/requests.ts";
import { runs } from "./provocations/runs.ts";
import { workerCodes } from "./provocations/worker-codes.ts";

/** Of the many, by chance: each is a whole attempt, and other ones come with other seeds. */
const ECHOES_OF_FULL = 12;
const SHORT = 6;

/** What is done to the service, in order: what costs it a process comes last. */
export const chooseProvocations = ({ size, random }: Pick<Trial, "size" | "random">): Provocation[] => {
  const others = [...workerCodes, ...gitRemarks, ...requests, ...deliveries, ...databaseTrouble];
  switch (size) {
    case "full":
      return [...runs, ...random.some(echoes, ECHOES_OF_FULL), ...others, ...processTrouble];
    case "short":
      // Something has to be opened, or there is nothing that could show a secret.
      return [random.pick(runs), random.pick(echoes), ...random.some([...echoes, ...others], SHORT)];
    default:
      return size satisfies never;
  }
};
