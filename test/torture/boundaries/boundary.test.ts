import { describe, expect, it } from "vitest";
import { boundariesOf, nameOf } from "../../../torture/boundaries/boundary.ts";

describe("the boundaries of a run", () => {
  it("are three for each request, two for each commit that is not tried in vain all the time, and one for each read that decides", () => {
    const boundaries = boundariesOf({
      requests: ["GET /a", "GET /a"],
      commits: [
        { name: "update x", idle: false },
        { name: "fetch", idle: true },
      ],
      reads: [
        { name: "select", decides: false },
        { name: "select", decides: true },
      ],
    });
    expect(boundaries.map(nameOf)).toEqual([
      "before GET /a",
      "midway GET /a",
      "after GET /a",
      "before GET /a (2)",
      "midway GET /a (2)",
      "after GET /a (2)",
      "before commit of update x",
      "after commit of update x",
      "after commit of fetch",
      "after read of select (2)",
    ]);
  });
});
