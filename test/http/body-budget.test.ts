import { EventEmitter } from "node:events";
import type { FastifyReply, FastifyRequest } from "fastify";
import { describe, expect, it } from "vitest";
import { createBodyBudget } from "../../src/http/body-budget.ts";

const setUp = () => {
  const spend = createBodyBudget({ all_bytes_max: 100, body_bytes_max: 60 });
  /** A request that says how long its body is. */
  return (length?: string) => {
    const raw = new EventEmitter();
    const headers: Record<string, unknown> = {};
    const reply = {
      raw,
      header: (name: string, value: unknown) => Object.assign(headers, { [name]: value }),
    };
    const request = { headers: { "content-length": length } };
    const admitted = spend(request as unknown as FastifyRequest, reply as unknown as FastifyReply);
    return { admitted, headers, end: () => raw.emit("close") };
  };
};

describe("the bytes of bodies held at the same time", () => {
  it("are bounded, and given back when a request ends", async () => {
    const send = setUp();
    const first = send("60");
    await first.admitted;
    await send("40").admitted;
    const third = send("1");
    await expect(third.admitted).rejects.toMatchObject({ code: "RATE_LIMITED" });
    expect(third.headers).toEqual({ "retry-after": 5 });
    first.end();
    await send("60").admitted;
    await expect(send("1").admitted).rejects.toMatchObject({ code: "RATE_LIMITED" });
  });

  it("count as the most a body may have where a request does not say", async () => {
    const send = setUp();
    await send().admitted;
    await expect(send().admitted).rejects.toMatchObject({ code: "RATE_LIMITED" });
  });

  it("count no more for a request than would be read of it", async () => {
    const send = setUp();
    await send("9999999999").admitted;
    await send("40").admitted;
  });
});
