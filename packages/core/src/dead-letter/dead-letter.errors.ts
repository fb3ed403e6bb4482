import { DomainError } from "../domain-error.ts";

export class DeadLetterNotFoundError extends DomainError {
  readonly code = "NOT_FOUND";
  readonly kind = "not-found";

  constructor(id: string) {
    super(`there is no dead letter ${id}`);
  }
}
