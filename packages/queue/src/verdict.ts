/**
 * What becomes of a message: `acknowledge` deletes it; `retry` makes it visible again after `afterSeconds`, or after
 * the consumer's backoff for its receive count; `release` makes it visible at once, which after the last receive
 * lets SQS move it to the dead-letter queue.
 */
export type Verdict =
  | { readonly kind: "acknowledge" }
  | { readonly kind: "retry"; readonly afterSeconds?: number }
  | { readonly kind: "release" };

export const acknowledge: Verdict = { kind: "acknowledge" };

export const release: Verdict = { kind: "release" };

/** @param afterSeconds delay until the message is visible again; left out, the consumer's backoff decides */
export function retry(afterSeconds?: number): Verdict {
  return afterSeconds === undefined ? { kind: "retry" } : { kind: "retry", afterSeconds };
}
