/** Registering can't go on, and the message says what to do. It holds no secret. */
export class RegisterError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "RegisterError";
  }
}
