/** No database to work on: none is linked, or it doesn't answer. */
export class DatabaseUnreachableError extends Error {
  override readonly name = "DatabaseUnreachableError";
}
