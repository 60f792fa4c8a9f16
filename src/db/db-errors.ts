import pg from "pg";

/** SQLSTATE classes that mean "the database isn't there right now", not "the query is wrong". */
const UNAVAILABLE_CLASSES = new Set(["08", "53", "57"]);
/** A session left on a server that was demoted can't write, and a new one finds the one that was promoted. */
const READ_ONLY = "25006";
/** serialization_failure, deadlock_detected, and, where an administrator set lock_timeout, lock_not_available. */
const UNDONE_CODES = new Set(["40001", "40P01", "55P03"]);
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
    const isFatal = error.severity === "FATAL" || error.severity === "PANIC";
    return isFatal || code === READ_ONLY || UNAVAILABLE_CLASSES.has(code.slice(0, 2));
  }
  return NETWORK_CODES.has(code) || PG_CONNECTION_MESSAGES.test(error.message);
};

/** Whether others were in the way at this moment: nothing was changed, and the same transaction goes through later. */
export const isUndoneForOthers = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && UNDONE_CODES.has(error.code ?? "");

/** The name of the violated constraint, or null when the error is something else. */
export const violatedConstraint = (error: unknown): string | null =>
  error instanceof pg.DatabaseError && error.code?.startsWith("23") ? (error.constraint ?? "") : null;
