import { DomainError } from "../domain-error.ts";
import type { GiftStatus } from "./gift.state.ts";

export class GiftNotFoundError extends DomainError {
  readonly code = "NOT_FOUND";
  readonly kind = "not-found";

  constructor() {
    super("gift not found");
  }
}

const conflicts: Record<GiftStatus, string> = {
  CREATED: "the gift changed at the same moment; send the request again",
  QUEUED: "the gift is QUEUED: another send request is being processed",
  SENT: "the gift is SENT already",
  FAILED: "the gift is FAILED: only an operator's redrive can queue it again",
};

/** A send request under a new key for a gift that has left CREATED. */
export class SendConflictError extends DomainError {
  readonly code = "CONFLICT";
  readonly kind = "conflict";
  readonly status: GiftStatus;

  constructor(status: GiftStatus) {
    super(conflicts[status]);
    this.status = status;
  }
}
