import { sqsErrors } from "./error.ts";
import type { MessageAttributes, NewMessage } from "./message.ts";

const mostBytes = 1_048_576;

/** #x9 #xA #xD, #x20-#xD7FF, #xE000-#xFFFD, #x10000-#x10FFFF: emoji are allowed, control characters aren't. */
const allowedCharacters = /^[\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]*$/u;

/** @throws SQSServiceException when SQS wouldn't store the message */
export function checkMessage(message: NewMessage, mostMessageBytes: number): void {
  if (message.body === "") throw sqsErrors.invalidValue("The body is empty.");
  if (!allowedCharacters.test(message.body)) throw sqsErrors.invalidContents();
  if (bytesOf(message) > mostMessageBytes) throw sqsErrors.invalidValue(`Longer than ${mostMessageBytes} bytes.`);
  checkAttributes(message.attributes ?? {});
  between("DelaySeconds", message.delaySeconds ?? 0, 0, 900);
}

function checkAttributes(attributes: MessageAttributes): void {
  const entries = Object.entries(attributes);
  if (entries.length > 10) throw sqsErrors.invalidValue("A message has at most 10 attributes.");
  for (const [name, { StringValue }] of entries) {
    if (name.length > 256) throw sqsErrors.invalidValue("An attribute's name has at most 256 characters.");
    if (StringValue === "") throw sqsErrors.invalidValue(`The attribute ${name} is empty.`);
  }
}

/** @throws SQSServiceException when the whole call is refused */
export function checkBatch(entries: readonly { readonly Id: string | undefined }[]): void {
  if (entries.length === 0) throw sqsErrors.emptyBatch();
  if (entries.length > 10) throw sqsErrors.tooManyEntries();
  if (entries.some(({ Id }) => !/^[A-Za-z0-9_-]{1,80}$/.test(Id ?? ""))) throw sqsErrors.invalidEntryId();
  if (new Set(entries.map(({ Id }) => Id)).size < entries.length) throw sqsErrors.idsNotDistinct();
}

/** @throws BatchRequestTooLong when the entries together pass 1 MiB */
export function checkBatchSize(messages: readonly NewMessage[]): void {
  if (messages.reduce((sum, message) => sum + bytesOf(message), 0) > mostBytes) throw sqsErrors.batchTooLong();
}

/** @throws SQSServiceException when the value is no whole number between the bounds */
export function between(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw sqsErrors.invalidValue(`Value ${value} for parameter ${name} is invalid. It must be from ${least} to ${most}.`);
}

/** Body, and each attribute's name, type and value. */
function bytesOf({ body, attributes = {} }: NewMessage): number {
  let bytes = Buffer.byteLength(body);
  for (const [name, { DataType, StringValue }] of Object.entries(attributes))
    bytes += Buffer.byteLength(name) + Buffer.byteLength(DataType ?? "") + Buffer.byteLength(StringValue ?? "");
  return bytes;
}
