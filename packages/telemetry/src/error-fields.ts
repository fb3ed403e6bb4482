import type { LogFields } from "./log-fields.ts";

/**
 * An error as log fields: code and message, with the causes' messages behind it. The stack goes along for the
 * developer; it never leaves in a response or in the database.
 * @param err anything thrown
 */
export function errorFields(err: unknown): LogFields {
  if (!(err instanceof Error)) return { error_code: "UNKNOWN", error_message: String(err) };
  const code = "code" in err && typeof err.code === "string" ? err.code : err.name;
  return { error_code: code, error_message: messages(err), error_stack: err.stack };
}

function messages(err: unknown): string {
  if (!(err instanceof Error)) return String(err);
  // Node's own, of a host with several addresses, has no message.
  const message = err.message || (err instanceof AggregateError ? err.errors.map(messages).join(", ") : err.name);
  return err.cause instanceof Error ? `${message}: ${messages(err.cause)}` : message;
}
