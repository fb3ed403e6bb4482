/** What there is to tell of one dead letter: nothing of its body, nothing of the gift but its id. */
export interface Notice {
  readonly fingerprint: string;
  /** `CODE: message` without ids, numbers and quoted parts. */
  readonly error: string;
  readonly isNewError: boolean;
  readonly giftId: string | null;
  readonly requestId: string | null;
}

export type Example = Pick<Notice, "giftId" | "requestId">;

/** The dead letters of one error. */
export interface DigestError {
  readonly fingerprint: string;
  readonly error: string;
  readonly isNewError: boolean;
  readonly letters: number;
  readonly examples: readonly Example[];
}

/** What one message tells. */
export interface Digest {
  readonly letters: number;
  /** New errors first, then by their letters. */
  readonly errors: readonly DigestError[];
  /** Letters with none of these errors. */
  readonly otherLetters: number;
}

export interface DigestCollector {
  add(notice: Notice): void;
  /** Takes everything that was collected. */
  take(): Digest;
  /** Puts a digest back that nobody was told, before whatever came meanwhile. */
  putBack(digest: Digest): void;
  letters(): number;
  hasNewError(): boolean;
}

/** A message is read on a telephone, and what waits while Slack is away must not grow: beyond these it only counts. */
const mostErrors = 10;
const mostExamples = 3;

/** Creates an empty collector. Whatever is added, it holds ten errors with three examples each, and numbers. */
export function createDigestCollector(): DigestCollector {
  let errors = new Map<string, DigestError>();
  let otherLetters = 0;

  function merge(added: DigestError): void {
    const known = errors.get(added.fingerprint);
    if (!known && errors.size >= mostErrors) otherLetters += added.letters;
    else errors.set(added.fingerprint, known ? joined(known, added) : added);
  }

  const kept = () => Array.from(errors.values());
  const letters = () => kept().reduce((sum, error) => sum + error.letters, otherLetters);
  return {
    letters,
    hasNewError: () => kept().some((error) => error.isNewError),
    add({ giftId, requestId, ...error }) {
      merge({ ...error, letters: 1, examples: giftId === null ? [] : [{ giftId, requestId }] });
    },
    take() {
      const digest = { letters: letters(), errors: kept().toSorted(byWeight), otherLetters };
      errors = new Map();
      otherLetters = 0;
      return digest;
    },
    putBack(digest) {
      const meanwhile = this.take();
      otherLetters = digest.otherLetters + meanwhile.otherLetters;
      for (const error of [...digest.errors, ...meanwhile.errors]) merge(error);
    },
  };
}

function joined(known: DigestError, added: DigestError): DigestError {
  return {
    ...known,
    isNewError: known.isNewError || added.isNewError,
    letters: known.letters + added.letters,
    examples: [...known.examples, ...added.examples].slice(0, mostExamples),
  };
}

function byWeight(one: DigestError, other: DigestError): number {
  return Number(other.isNewError) - Number(one.isNewError) || other.letters - one.letters;
}
