import { describe, expect, it } from "vitest";
import { writesAmong } from "../../torture/zombie/freeze-at.ts";
import { zombiePart } from "../../torture/zombie/zombie-part.ts";
import { runShort, seed } from "./trial.ts";

const TIMEOUT_MS = 180_000;

describe(`workers suspended until another one has done their job, with seed ${seed}`, () => {
  it(
    "do nothing more when they wake up",
    async () => {
      const { figures } = await runShort(zombiePart);
      expect(figures["workers suspended"]).toBeGreaterThan(0);
    },
    TIMEOUT_MS,
  );
});

describe("a worker that woke up", () => {
  it("is seen when it writes, and not when it reads or does what is harmless", () => {
    const asked = (method: string, path: string) => ({ method, path, query: "" });
    const requests = [
      asked("GET", "/api/v3/repos/acme/search/pulls/1"),
      asked("POST", "/acme/search.git/git-upload-pack"),
      asked("DELETE", "/api/v3/repos/acme/search/issues/comments/7"),
      asked("POST", "/api/v3/repos/acme/search/issues/1/comments"),
      asked("PATCH", "/api/v3/repos/acme/search/pulls/1"),
    ];
    expect(writesAmong(requests)).toEqual([
      "POST /repos/{repository}/issues/{}/comments",
      "PATCH /repos/{repository}/pulls/{}",
    ]);
  });
});
