/** The `code` of a Node or PostgreSQL error, such as `ENOENT` or `57P03`; "" when it has none. */
export const errorCode = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
