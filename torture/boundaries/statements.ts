import { type PostgresMessage, stringsOf } from "./postgres-messages.ts";

/** What a client sent before it waits for an answer. */
export interface Statement {
  text: string;
  /** Whether what it and those before it changed is durable once it is answered. */
  commits: boolean;
  /** What is written, such as `update proposals + insert proposal_events`; the text itself where nothing is. */
  label: string;
}

const WRITES =
  /(?<!\bfor(?:\s+no\s+key)?\s+)\b(insert\s+into|update|delete\s+from)\s+(?:only\s+)?("?[a-z_]+"?(?:\."?[a-z_]+"?)?)/gi;
const LABEL_CHARS_MAX = 160;

/** Follows one connection: prepared statements by their names, and what belongs to one transaction. */
export const createStatementReader = () => {
  const prepared = new Map<string, string>();
  /** Texts since BEGIN; null: each statement is a transaction of its own. */
  let open: string[] | null = null;

  const statementOf = (text: string): Statement => {
    if (/^\s*(begin|start transaction)\b/i.test(text) && !/\bcommit\b/i.test(text)) {
      open = [];
      return { text, commits: false, label: "begin" };
    }
    if (/^\s*(commit|end)\b/i.test(text)) {
      const label = labelOf((open ?? []).join("\n"));
      open = null;
      return { text, commits: label !== "", label: label || "commit of nothing" };
    }
    if (/^\s*rollback\b(?!\s+to\b)/i.test(text)) {
      open = null;
      return { text, commits: false, label: "rollback" };
    }
    const label = labelOf(text);
    if (open !== null) open.push(text);
    return {
      text,
      commits: open === null && label !== "",
      label: label || text.replace(/\s+/g, " ").trim().slice(0, LABEL_CHARS_MAX),
    };
  };

  /** @returns the statement a message sends, or null for one that only prepares it or is of another kind */
  return (message: PostgresMessage): Statement | null => {
    switch (message.type) {
      case "Q":
        return statementOf(stringsOf(message, 1)[0] ?? "");
      case "P": {
        const [name = "", text = ""] = stringsOf(message, 2);
        prepared.set(name, text);
        return null;
      }
      case "B":
        return statementOf(prepared.get(stringsOf(message, 2)[1] ?? "") ?? "");
      default:
        return null;
    }
  };
};

/** The tables that are written, and of pg-boss's jobs to what state: its statements are long and alike. */
const labelOf = (text: string): string => {
  const parts = new Set<string>();
  for (const [, verb = "", table = ""] of text.matchAll(WRITES)) {
    const name = table.replaceAll('"', "").toLowerCase();
    if (name === "set") continue;
    parts.add(
      `${verb.split(/\s/)[0]?.toLowerCase()} ${name}${name.startsWith("pgboss.job") ? stateIn(text) : ""}`,
    );
  }
  return [...parts].join(" + ").slice(0, LABEL_CHARS_MAX);
};

const stateIn = (text: string): string => {
  if (/SET\s+heartbeat_on = pgboss\.job_now\(\)/.test(text)) return " (heartbeat)";
  const state = /\bSET\s+state = '([a-z]+)'/.exec(text)?.[1];
  return state === undefined ? "" : ` (${state})`;
};
