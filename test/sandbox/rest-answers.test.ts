import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { githubConformance } from "../support/openapi-conformance.ts";
import { methodOf, OPERATIONS } from "./operations.ts";
import { createRestWorld, REPO, type RestWorld } from "./rest-world.ts";

describe("every operation", () => {
  const conformance = githubConformance();
  let world: RestWorld;
  beforeAll(async () => {
    world = await createRestWorld();
    await world.sandbox.pushAs("bob", REPO, "second", { "x.txt": "x\n" });
  });
  // Closing fails the file when an answer was not as GitHub describes it.
  afterAll(() => world.close());

  it.each(OPERATIONS)("$name answers $status as GitHub describes it", async (operation) => {
    const { app, token, client, exchanges } = world;
    const path = operation.path(world);
    const body = operation.body?.(world);
    const answer = await client.send(methodOf(operation), path, {
      authorization: operation.who === "app" ? app : token,
      ...(body ? { body } : {}),
    });
    expect(answer.body?.message ?? "").not.toContain("Server Error");
    expect(answer.status).toBe(operation.status);
    const exchange = exchanges.at(-1);
    if (!exchange) throw new Error("The exchange was not told of.");
    expect(conformance.operation(exchange)).toBe(operation.name);
    conformance.checkExchange(exchange);
  });
});
