import type { Random } from "../random.ts";
import { FAULTS, type Fault, LASTING } from "./faults.ts";
import type { Play } from "./scene.ts";
import type { PlannedFault, RequestKey } from "./wire.ts";
import { isOfApp } from "./wire-name.ts";

/** A job, and what its requests meet. */
export interface Cell {
  play: Play;
  planned: readonly PlannedFault[];
}

/** What an undisturbed run asks of GitHub. */
export interface Found {
  play: Play;
  requests: readonly RequestKey[];
}

/** Every request with every fault, once; and with those that may as well last. */
export const matrixOf = (found: readonly Found[]): Cell[] =>
  found.flatMap(({ play, requests }) =>
    requests.flatMap((at) => [
      ...FAULTS.filter((fault) => concerns(fault, at)).map((fault) =>
        cellOf(play, { at, fault, lasts: false }),
      ),
      ...LASTING.map((fault) => cellOf(play, { at, fault, lasts: true })),
    ]),
  );

const cellOf = (play: Play, ...planned: PlannedFault[]): Cell => ({ play, planned });

/** No token goes with what only the app itself may ask. */
const concerns = ({ effect }: Fault, { name }: RequestKey): boolean =>
  effect.kind !== "token" || !isOfApp(name);

/** Two requests of one job that meet a fault each. */
export const pairsOf = (found: readonly Found[], count: number, random: Random): Cell[] =>
  Array.from({ length: count }, () => {
    const { play, requests } = random.pick(found);
    const faults = random.some(FAULTS, 2);
    const planned = random.some(requests, 2).flatMap((at, index) => {
      const fault = faults[index];
      return fault !== undefined && concerns(fault, at) ? [{ at, fault, lasts: false }] : [];
    });
    return { play, planned };
  });

/**
 * So many cells, in which every request and every fault comes up about as often as any other: one after the other each
 * request meets another of its faults.
 */
export const dealt = (cells: readonly Cell[], count: number, random: Random): Cell[] => {
  const shuffled = random.some(cells, cells.length);
  const byRequest = Map.groupBy(shuffled, ({ play, planned }) => `${play.name} ${nameOf(planned)}`);
  const rounds = Math.max(0, ...[...byRequest.values()].map(({ length }) => length));
  const order = Array.from({ length: rounds }, (_, round) =>
    [...byRequest.values()].flatMap((ofRequest) => ofRequest[round] ?? []),
  );
  return order.flat().slice(0, count);
};

const nameOf = ([first]: readonly PlannedFault[]): string => `${first?.at.name} ${first?.at.nth}`;

/** What stands in front of a violation, and says which cell it was. */
export const describeCell = ({ play, planned }: Cell): string =>
  `${play.name}, ${planned
    .map(({ at, fault, lasts }) => `${at.name} #${at.nth} × ${fault.name}${lasts ? ", for good" : ""}`)
    .join(", then ")}`;
