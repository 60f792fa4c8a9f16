import { afterAll, beforeAll, expect, test } from "vitest";
import { objectId } from "../../../src/git/pack/git-object.ts";
import { readPack } from "../../../src/git/pack/read-pack.ts";
import { writePack } from "../../../src/git/pack/write-pack.ts";
import { DELIM, FLUSH, pkt, readPkts } from "../../../src/git/protocol/pkt-line.ts";
import { readSideBand } from "../../../src/git/protocol/side-band.ts";
import { createGitProcess, type GitProcess } from "../pack/git-process.ts";
import { comparable, noise } from "../pack/objects.ts";

let repository: GitProcess;
beforeAll(async () => {
  repository = await createGitProcess();
});
afterAll(() => repository.remove());

const ask = (...packets: Buffer[]) =>
  readPkts(
    repository.git(["upload-pack", "--stateless-rpc", "."], Buffer.concat(packets), {
      GIT_PROTOCOL: "version=2",
    }),
  );

test("git understands the packets that are written, and its own can be read: refs, and a pack of many packets", async () => {
  // 300,000 bytes that don't compress are at least five packets of the largest size.
  const blob = { type: "blob" as const, data: noise(1, 300_000) };
  const oid = objectId(blob);
  repository.git(["unpack-objects", "-q"], await writePack([blob]));
  const names = Array.from(
    { length: 300 },
    (_, index) => `refs/tags/${"long".repeat(index % 50)}-é-${index}`,
  );
  repository.git(
    ["update-ref", "--stdin"],
    Buffer.from(names.map((name) => `create ${name} ${oid}\n`).join("")),
  );

  const asked = names.filter((_, index) => index % 3 === 0);
  const prefixes = asked.map((name) => pkt(`ref-prefix ${name}\n`));
  const refs = [...ask(pkt("command=ls-refs\n"), DELIM, ...prefixes, FLUSH)];
  const lines = refs.map((each) => (each.kind === "data" ? each.data.toString() : each.kind));
  const wanted = names.filter((name) => asked.some((prefix) => name.startsWith(prefix)));
  expect(lines.slice(0, -1).sort()).toEqual(wanted.map((name) => `${oid} ${name}\n`).sort());
  expect(lines.at(-1)).toBe("flush");

  const fetched = ask(pkt("command=fetch\n"), DELIM, pkt(`want ${oid}\n`), pkt("done\n"), FLUSH);
  expect(fetched.next().value).toEqual({ kind: "data", data: Buffer.from("packfile\n") });
  const { data, remarks } = readSideBand(fetched);
  expect(remarks).toContain("Enumerating objects: 1");
  expect(comparable(await readPack(data))).toEqual(comparable(new Map([[oid, blob]])));
});
