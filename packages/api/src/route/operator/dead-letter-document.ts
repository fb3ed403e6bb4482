import type { DeadLetter } from "@gift/core/dead-letter/find";

/** A dead letter as the operator API answers it; the same fields as `ops dead-letters show --json`. */
export function deadLetterDocument({ id, ...row }: DeadLetter) {
  return {
    dead_letter_id: id,
    ...row,
    resolved_at: row.resolved_at?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
  };
}
