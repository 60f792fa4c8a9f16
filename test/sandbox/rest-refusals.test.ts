import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { methodOf, OPERATIONS, type ServedOperation } from "./operations.ts";
import { createRestWorld, type RestWorld } from "./rest-world.ts";

/** Every permission the installation has, but the ones named. */
const without = (names: string[]): Record<string, string> => {
  const all = {
    checks: "write",
    contents: "write",
    issues: "read",
    pull_requests: "write",
    statuses: "read",
  };
  return Object.fromEntries(Object.entries(all).filter(([name]) => !names.includes(name)));
};

let world: RestWorld;
beforeAll(async () => {
  world = await createRestWorld();
});
afterAll(() => world.close());

async function send(operation: ServedOperation, authorization: string | undefined) {
  const body = operation.body?.(world);
  const options = { authorization, ...(body ? { body } : {}) };
  return world.client.send(methodOf(operation), operation.path(world), options);
}

describe("without a good credential", () => {
  it.each(OPERATIONS)("$name refuses a wrong one with 401", async (operation) => {
    const wrong = operation.who === "app" ? "Bearer a.b.c" : "token ghs_000000000000000000000000000000000000";
    const answer = await send(operation, wrong);
    const message = operation.who === "app" ? "A JSON web token could not be decoded" : "Bad credentials";
    expect(answer.body).toEqual({
      message,
      documentation_url: "https://docs.github.com/rest",
      status: "401",
    });
    expect(answer.status).toBe(401);
  });

  it.each(OPERATIONS.filter(({ who }) => who !== "anyone"))(
    "$name refuses none with 401",
    async (operation) => {
      expect((await send(operation, undefined)).status).toBe(401);
    },
  );

  it.each(OPERATIONS.filter(({ who }) => who === "app"))(
    "$name refuses an installation token",
    async (operation) => {
      expect((await send(operation, world.token)).status).toBe(401);
    },
  );

  it.each(OPERATIONS.filter(({ who }) => who === "repository"))(
    "$name refuses the app itself",
    async (operation) => {
      expect((await send(operation, world.app)).status).toBe(401);
    },
  );
});

describe("with too narrow a token", () => {
  const guarded = OPERATIONS.filter(({ needs }) => needs !== undefined);

  it.each(guarded)("$name is not accessible without $needs", async (operation) => {
    const token = await world.client.token({ permissions: without(Object.keys(operation.needs ?? {})) });
    const answer = await send(operation, `token ${token}`);
    expect(answer.body.message).toBe("Resource not accessible by integration");
    expect(answer.status).toBe(403);
  });

  it.each(guarded.filter(({ needs }) => Object.values(needs ?? {}).includes("write")))(
    "$name is not accessible with reading alone",
    async (operation) => {
      const permissions = Object.fromEntries(
        Object.keys(operation.needs ?? {}).map((name) => [name, "read"]),
      );
      const answer = await send(operation, `token ${await world.client.token({ permissions })}`);
      expect(answer.status).toBe(403);
    },
  );

  it.each(OPERATIONS.filter(({ who }) => who === "repository"))(
    "$name does not exist for a token of another repository",
    async (operation) => {
      const token = await world.client.token({ repositories: ["other"] });
      const answer = await send(operation, `token ${token}`);
      expect(answer.body.message).toBe("Not Found");
      expect(answer.status).toBe(404);
    },
  );
});

describe("while the installation is suspended", () => {
  it.each(OPERATIONS.filter(({ who }) => who === "repository" || who === "installation"))(
    "$name answers 403",
    async (operation) => {
      await world.sandbox.suspend(world.installation);
      const answer = await send(operation, world.token);
      await world.sandbox.unsuspend(world.installation);
      expect(answer.body.message).toBe("This installation has been suspended");
      expect(answer.status).toBe(403);
    },
  );
});

describe("while the repository is archived", () => {
  it.each(OPERATIONS.filter(({ who, name }) => who === "repository" && !name.startsWith("GET")))(
    "$name answers 403",
    async (operation) => {
      await world.sandbox.archiveRepository("acme/search-config");
      const answer = await send(operation, world.token);
      await world.sandbox.archiveRepository("acme/search-config", false);
      expect(answer.body.message).toBe("Repository was archived so is read-only.");
      expect(answer.status).toBe(403);
    },
  );
});
