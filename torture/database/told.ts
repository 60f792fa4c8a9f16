/** What was promised and was not so, in the order it was seen. */
export interface Told {
  violations: readonly string[];
  /** What goes on while it is told, such as a fault; it is named in what is told. */
  during: string;
  violation(text: string): void;
  /** Looks for secrets in what somebody may read; `where` says what that is. */
  read(where: string, text: string): void;
}

/** One broken promise is told of once, and one cause may break many. */
const VIOLATIONS_MAX = 40;

/** Shapes of what is never said, whatever its value. */
const FORBIDDEN = [
  /\bgh[opsu]_[A-Za-z0-9_]{20,}/,
  /\bpostgres(?:ql)?:\/\/[^\s"]*@/,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
];

export const createTold = (secrets: readonly string[]): Told => {
  const violations: string[] = [];
  const told: Told = {
    violations,
    during: "the start",
    violation: (text) => {
      const line = `${told.during}: ${text}`;
      if (violations.length < VIOLATIONS_MAX && !violations.includes(line)) violations.push(line);
    },
    read: (where, text) => {
      const leak =
        secrets.some((secret) => text.includes(secret)) || FORBIDDEN.some((form) => form.test(text));
      if (leak) told.violation(`a secret can be read in ${where}`);
    },
  };
  return told;
};
