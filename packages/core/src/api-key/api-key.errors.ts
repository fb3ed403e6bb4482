import { DomainError } from "../domain-error.ts";

export class ApiKeyNotFoundError extends DomainError {
  readonly code = "NOT_FOUND";
  readonly kind = "not-found";

  constructor(prefix: string) {
    super(`there is no key ${prefix}`);
  }
}

/** A key that ended can't be rotated: nobody uses it, or nobody should. */
export class ApiKeyEndedError extends DomainError {
  readonly code = "CONFLICT";
  readonly kind = "conflict";

  constructor(prefix: string, state: string) {
    super(`key ${prefix} is ${state}; create a new one`);
  }
}

/** Its end is the overlap's now: a key made after it would end with it. */
export class ApiKeyReplacedError extends DomainError {
  readonly code = "CONFLICT";
  readonly kind = "conflict";

  constructor(prefix: string, by: string) {
    super(`key ${prefix} was replaced by ${by}; rotate that one, or create a new one`);
  }
}

export class ApiKeyExistsError extends DomainError {
  readonly code = "CONFLICT";
  readonly kind = "conflict";

  constructor(prefix: string) {
    super(`there is a key ${prefix} already`);
  }
}
