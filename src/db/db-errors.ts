import pg from "pg";

/** SQLSTATE classes that mean "the database isn't there right now", not "the query is wrong". */
const UNAVAILABLE_CLASSES = new Set(["08", "53", "57"]);
const NETWORK_CODES = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOENT",
  "ETIMEDOUT",
  "EPIPE",
  "ENOTFOUND",
  "EAI_AGAIN",
]);
/** pg's own errors for a lost or refused connection have a message only. */
const PG_CONNECTION_MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Query read timeout|Cannot use a pool after calling end)/;

/** Whether the error says that PostgreSQL can't be reached or is shutting down; the same query may work later. */
export const isDatabaseUnavailable = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError && error.errors.length > 0)
    return error.errors.every(isDatabaseUnavailable);
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  if (error instanceof pg.DatabaseError) {
    // FATAL ends the session: refused at the door, or thrown out of it.
    return (
      error.severity === "FATAL" || error.severity === "PANIC" || UNAVAILABLE_CLASSES.has(code.slice(0, 2))
    );
  }
  return NETWORK_CODES.has(code) || PG_CONNECTION_MESSAGES.test(error.message);
};

/** The name of the violated constraint, or null when the error is something else. */
export const violatedConstraint = (error: unknown): string | null =>
  error instanceof pg.DatabaseError && error.code?.startsWith("23") ? (error.constraint ?? "") : null;
