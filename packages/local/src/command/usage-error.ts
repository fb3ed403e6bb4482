/** Something the user asked for can't be done; the message is one sentence that says what to do instead. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The stack can't start or go on for a reason outside of it; the message is a sentence that says what to do. */
export class StackError extends Error {
  override readonly name = "StackError";
}

/** Somebody pressed Ctrl-C before it was done. */
export class InterruptedError extends Error {
  override readonly name = "InterruptedError";
}
