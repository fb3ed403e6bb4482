/** The command line asks for something that doesn't exist. The message is one sentence that says what does. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
