/** A request that gets a page of its own instead of what it asked for; the message is for the operator. */
export class PageError extends Error {
  readonly status: number;

  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

export class SignInNeededError extends PageError {
  constructor(message = "Sign in to go on.") {
    super(401, message);
  }
}

export class ForbiddenError extends PageError {
  constructor(message: string) {
    super(403, message);
  }
}

export class TooManyAttemptsError extends PageError {
  readonly retryAfterSeconds: number;

  constructor(retryAfterSeconds: number) {
    super(429, `Too many wrong keys: the next one is looked at in ${retryAfterSeconds} s.`);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export class InvalidInputError extends PageError {
  constructor(message: string, options?: ErrorOptions) {
    super(400, message, options);
  }
}
