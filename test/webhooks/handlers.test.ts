import { emitterEventNames } from "@octokit/webhooks";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { HANDLERS, isHandled } from "../../src/webhooks/handlers.ts";
import { readDocument } from "../docs/read-markdown.ts";

const names = HANDLERS.flatMap(({ on }) => on);

describe("the handlers", () => {
  it("listen to events GitHub has, each to its own", () => {
    expect(names.filter((name) => !(emitterEventNames as readonly string[]).includes(name))).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
  });

  it("listen to all that app.yml subscribes to, and to what comes without a subscription", () => {
    const { default_events } = parse(readDocument("app.yml")) as { default_events: string[] };
    const events = new Set(names.map((name) => name.split(".")[0]));
    expect([...events].sort()).toEqual(
      [...default_events, "installation", "installation_repositories"].sort(),
    );
  });

  it.each([
    ["pull_request", "closed", true],
    ["pull_request", "labeled", false],
    ["pull_request", null, false],
    ["status", null, true],
    ["status", "anything", true],
    ["push", null, false],
    ["constructor", null, false],
    ["pull_request", "constructor", false],
    ["__proto__", null, false],
  ])("%s with action %s: %s", (event, action, handled) => {
    expect(isHandled(event, action)).toBe(handled);
  });
});
