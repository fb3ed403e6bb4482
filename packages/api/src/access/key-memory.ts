import type { Verifier } from "@gift/core/api-key/credential";
import type { KeyVerifier, VerifiedKey } from "@gift/core/api-key/verify";

/** So long after a revocation a key may still pass; so often at most, per key and task, Postgres is asked about it. */
export const keyMemorySeconds = 5;

/** Answers held, of right and of wrong keys each: about 2 MB. */
const mostAnswers = 10_000;

/** What was answered, and until when it holds. */
interface Answer {
  readonly key: VerifiedKey | undefined;
  readonly until: number;
}

/**
 * Remembers for a few seconds what the database said of a key, of wrong ones too: a client that repeats its mistake
 * isn't looked up each time. What is held is found by the key's hash; the key itself is nowhere.
 * @param verifier who is asked
 * @param now milliseconds on a clock that never goes back
 */
export function createKeyMemory(verifier: KeyVerifier, now: () => number = () => performance.now()): KeyVerifier {
  // Apart, so that a flood of wrong keys pushes only each other out.
  const [right, wrong] = [new Map<string, Answer>(), new Map<string, Answer>()];
  return {
    async verify(presented: Verifier) {
      const known = right.get(presented.hash) ?? wrong.get(presented.hash);
      // The time before the question: what is revoked while it is under way may be missing in the answer.
      const askedAt = now();
      if (known && known.until > askedAt) return known.key;
      const key = await verifier.verify(presented);
      forget(presented.hash, right, wrong);
      remember(key ? right : wrong, presented.hash, { key, until: askedAt + keyMemorySeconds * 1_000 });
      return key;
    },
  };
}

function forget(hash: string, ...memories: readonly Map<string, Answer>[]): void {
  for (const memory of memories) memory.delete(hash);
}

/** A map keeps the order of insertion: the first is the oldest. */
function remember(memory: Map<string, Answer>, hash: string, answer: Answer): void {
  memory.set(hash, answer);
  const [oldest] = memory.size > mostAnswers ? memory.keys() : [];
  if (oldest !== undefined) memory.delete(oldest);
}
