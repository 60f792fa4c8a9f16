import { describe, expect, it } from "vitest";
import { createLogger } from "../src/logger.ts";
import { createRedactor } from "../src/redact.ts";

const SECRET = "a-secret-of-the-settings-0123456789";

const open = (level: Parameters<typeof createLogger>[0] = "info") => {
  const lines: string[] = [];
  const log = createLogger(level, createRedactor([SECRET]), { write: (line: string) => lines.push(line) });
  return { log, lines };
};

describe("the log", () => {
  it("is one JSON object a line, with the level's name and the time", () => {
    const { log, lines } = open();
    log.info({ proposal_id: "p-1", step: "push_branch" }, "step done");
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/\}\n$/);
    const line = JSON.parse(lines[0] ?? "");
    expect(line).toEqual({
      level: "info",
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      proposal_id: "p-1",
      step: "push_branch",
      msg: "step done",
    });
  });

  it("leaves out what is below its level", () => {
    const { log, lines } = open("warn");
    log.info("not this");
    log.child({ request_id: "r" }).warn("this");
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual(["this"]);
  });

  it.each<[string, (log: ReturnType<typeof open>["log"], secret: string) => void]>([
    ["in the message", (log, secret) => log.info(`token ${secret}`)],
    ["in a field", (log, secret) => log.info({ headers: { authorization: `Bearer ${secret}` } }, "asked")],
    ["in a field's name", (log, secret) => log.info({ [secret]: 1 }, "odd")],
    ["in a child's field", (log, secret) => log.child({ url: `https://x:${secret}@h/` }).info("asked")],
    ["in an error", (log, secret) => log.error({ err: new Error(`refused ${secret}`) }, "failed")],
    [
      "in an error's cause",
      (log, secret) => log.error({ err: new Error("failed", { cause: new Error(secret) }) }, "failed"),
    ],
  ])("never holds a secret that came %s", (_where, write) => {
    for (const secret of [SECRET, "ghs_16C7e42F292c6912E7710c838347Ae178B4a"]) {
      const { log, lines } = open();
      write(log, secret);
      expect(lines).toHaveLength(1);
      expect(lines[0]).not.toContain(secret);
      expect(() => JSON.parse(lines[0] ?? "")).not.toThrow();
    }
  });
});
