import { describe, expect, it } from "vitest";
import { createMessageReader } from "../../../torture/boundaries/postgres-messages.ts";
import { createStatementReader, type Statement } from "../../../torture/boundaries/statements.ts";

const message = (type: string, ...strings: string[]): Buffer => {
  const content = Buffer.from(strings.map((text) => `${text}\0`).join(""));
  const length = Buffer.alloc(4);
  length.writeInt32BE(content.length + 4);
  return Buffer.concat([Buffer.from(type), length, content]);
};

/** What is read of these messages when they arrive in pieces of so many bytes. */
const read = (messages: Buffer[], piece_bytes = 7): Statement[] => {
  const cut = createMessageReader({ startsWithoutType: false });
  const statementIn = createStatementReader();
  const bytes = Buffer.concat(messages);
  const statements: Statement[] = [];
  for (let at = 0; at < bytes.length; at += piece_bytes) {
    for (const one of cut(bytes.subarray(at, at + piece_bytes))) {
      const statement = statementIn(one);
      if (statement !== null) statements.push(statement);
    }
  }
  return statements;
};

describe("what a client says to PostgreSQL", () => {
  it("commits where a statement writes on its own", () => {
    expect(read([message("Q", 'update "proposals" set status = 1')])).toMatchObject([
      { commits: true, label: "update proposals" },
    ]);
    expect(read([message("Q", 'select * from "proposals" for no key update')])).toMatchObject([
      { commits: false },
    ]);
  });

  it("commits at the end of a transaction, under the names of all it wrote", () => {
    const texts = ["begin", 'insert into "a" values (1)', "select 1", 'delete from "b"', "commit"];
    const statements = read(texts.map((text) => message("Q", text)));
    expect(statements.map(({ commits }) => commits)).toEqual([false, false, false, false, true]);
    expect(statements.at(-1)?.label).toBe("insert a + delete b");
  });

  it("commits nothing where a transaction is undone, or wrote nothing", () => {
    const undone = ["begin", 'insert into "a" values (1)', "rollback", "begin", "select 1", "commit"];
    expect(read(undone.map((text) => message("Q", text))).filter(({ commits }) => commits)).toEqual([]);
  });

  it("is known where it was prepared before, under its name", () => {
    const prepared = [
      message("P", "s1", 'update "a" set x = $1'),
      message("B", "", "s1"),
      message("S"),
      message("B", "", "s1"),
      message("S"),
    ];
    expect(read(prepared)).toMatchObject([{ label: "update a" }, { label: "update a" }]);
  });

  it("tells what becomes of a job, and that it is alive", () => {
    const texts = [
      "UPDATE pgboss.job_common j SET\n state = 'active', started_on = 1",
      "WITH results AS (UPDATE pgboss.job_common SET heartbeat_on = pgboss.job_now() WHERE id = 1) SELECT 1",
    ];
    expect(read(texts.map((text) => message("Q", text))).map(({ label }) => label)).toEqual([
      "update pgboss.job_common (active)",
      "update pgboss.job_common (heartbeat)",
    ]);
  });
});
