import pino, { type Logger } from "pino";
import type { LogLevel } from "./config.ts";

/**
 * JSON lines. The redactor reads the finished line, so that whatever a secret came in with (a message, a field,
 * an error's stack) it does not leave.
 */
export const createLogger = (
  level: LogLevel,
  redact: (text: string) => string,
  output: { write(line: string): unknown } = process.stdout,
): Logger =>
  pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => void output.write(redact(line)) },
  );
