import { describe } from "vitest";
import type { OpenTransport } from "../../src/git/transport.ts";
import { describeBuilding } from "./contract/building.ts";
import { describeDeleting } from "./contract/deleting.ts";
import { describeFailing } from "./contract/failing.ts";
import { describePushing } from "./contract/pushing.ts";
import { describeReading } from "./contract/reading.ts";
import { describeSizes } from "./contract/sizes.ts";

/** What every implementation of the transport has to do, tried against the real `git http-backend`. */
export function describeTransport(name: string, open: OpenTransport): void {
  describe(`git transport by ${name}`, () => {
    describe("reading", () => describeReading(open));
    describe("building", () => describeBuilding(open));
    describe("pushing", () => describePushing(open));
    describe("deleting", () => describeDeleting(open));
    describe("failing", () => describeFailing(open));
    describe("sizes", () => describeSizes(open));
  });
}
