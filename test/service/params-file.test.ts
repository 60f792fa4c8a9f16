import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FileEntries, FileEntry } from "../../sandbox/world.ts";
import { createScenario } from "../support/scenario.ts";
import { startTestService, type TestService } from "../support/service.ts";

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

const open = async (entry: FileEntry, configDiff = { title_boost: { to: 3.5 } }) => {
  const files: FileEntries = entry === null ? { "README.md": "" } : { "clusters/products/*": entry };
  const scenario = await createScenario(service, { files });
  const proposal = await service.api.open(await scenario.byHand(configDiff));
  return { scenario, proposal };
};

describe("a params file that can't be edited ends in PARAMS_FILE_NOT_FOUND:", () => {
  const cases: Record<string, FileEntry> = {
    "a missing one": null,
    "a symbolic link": { symlink: "../../README.md" },
    "a submodule": { submodule: "0123456789012345678901234567890123456789" },
    "broken JSON": '{ "title_boost": 2, ',
    "an array": "[1, 2, 3]\n",
    "an empty file": "",
    "bytes that are not UTF-8": new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
  };
  it.each(Object.entries(cases))("%s", async (_name, entry) => {
    const { proposal } = await open(entry);
    expect(proposal.open_pr.error?.code).toBe("PARAMS_FILE_NOT_FOUND");
  });

  it("a directory", async () => {
    const scenario = await createScenario(service, {
      files: { "clusters/products/*/README.md": "a folder\n" },
    });
    const proposal = await service.api.open(await scenario.byHand());
    expect(proposal.open_pr.error?.code).toBe("PARAMS_FILE_NOT_FOUND");
  });
});

describe("a params file is edited in place, byte for byte:", () => {
  const big = `{\n${Array.from({ length: 100_000 }, (_, i) => `  "filler_${i}": "${"x".repeat(30)}",`).join("\n")}\n  "title_boost": 2\n}\n`;
  const cases: Record<string, [before: string, after: string]> = {
    "CRLF line ends": [
      '{\r\n  "title_boost": 2,\r\n  "a": 1\r\n}\r\n',
      '{\r\n  "title_boost": 3.5,\r\n  "a": 1\r\n}\r\n',
    ],
    "a byte order mark": ['\ufeff{"title_boost": 2}', '\ufeff{"title_boost": 3.5}'],
    "a duplicate key, of which the last one counts": [
      '{\n  "title_boost": 1,\n  "title_boost": 2\n}\n',
      '{\n  "title_boost": 1,\n  "title_boost": 3.5\n}\n',
    ],
    "17-digit integers and odd spellings beside it": [
      '{ "id": 12345678901234567, "e": 1E+2, "z": 1.50, "title_boost": 2.0 }\n',
      '{ "id": 12345678901234567, "e": 1E+2, "z": 1.50, "title_boost": 3.5 }\n',
    ],
    "5 MB": [big, big.replace('"title_boost": 2', '"title_boost": 3.5')],
  };
  it.each(Object.entries(cases))("%s", async (_name, [before, after]) => {
    const { scenario, proposal } = await open(before);
    expect(proposal.open_pr.error).toBeNull();
    const written = await service.sandbox.git(
      scenario.repository.id,
      "show",
      `${proposal.pr_head_sha}:${scenario.path}`,
    );
    expect(written === after).toBe(true);
  });

  it("an executable file keeps its mode", async () => {
    const { scenario, proposal } = await open({ executable: '{"title_boost": 2}\n' });
    const entry = await service.sandbox.git(
      scenario.repository.id,
      "ls-tree",
      `${proposal.pr_head_sha}`,
      scenario.path,
    );
    expect(entry).toMatch(/^100755 blob /);
  });
});
