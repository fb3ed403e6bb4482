import type { DeadLetterFilter } from "@gift/core/dead-letter/find";

interface FilterFields {
  readonly gift_id?: string;
  readonly error_code?: string;
  readonly fingerprint?: string;
  readonly created_after?: string;
  readonly created_before?: string;
}

/** The filter that a query or a body means, once its schema has passed it. */
export function filterOf(fields: FilterFields): DeadLetterFilter {
  return {
    giftId: fields.gift_id,
    errorCode: fields.error_code,
    fingerprint: fields.fingerprint,
    createdAfter: timeOf(fields.created_after),
    createdBefore: timeOf(fields.created_before),
  };
}

function timeOf(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : new Date(text);
}
