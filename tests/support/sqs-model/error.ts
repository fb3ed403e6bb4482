import {
  BatchEntryIdsNotDistinct,
  BatchRequestTooLong,
  EmptyBatchRequest,
  InvalidBatchEntryId,
  InvalidMessageContents,
  MessageNotInflight,
  OverLimit,
  QueueDoesNotExist,
  ReceiptHandleIsInvalid,
  RequestThrottled,
  SQSServiceException,
  TooManyEntriesInBatchRequest,
} from "@aws-sdk/client-sqs";

const said = (message: string) => ({ message, $metadata: {} });

/** What SQS answers, as the SDK's own classes. InvalidParameterValue has none: it arrives as the base class. */
export const sqsErrors = {
  queueDoesNotExist: () => new QueueDoesNotExist(said("The specified queue does not exist.")),
  invalidHandle: () => new ReceiptHandleIsInvalid(said("The input receipt handle is invalid.")),
  notInflight: () => new MessageNotInflight(said("The message is not in flight.")),
  overLimit: () => new OverLimit(said("Too many messages in flight.")),
  throttled: () => new RequestThrottled(said("Request is throttled.")),
  invalidContents: () => new InvalidMessageContents(said("The body has a character that isn't allowed.")),
  emptyBatch: () => new EmptyBatchRequest(said("There are no entries in the request.")),
  tooManyEntries: () => new TooManyEntriesInBatchRequest(said("Maximum number of entries per request are 10.")),
  idsNotDistinct: () => new BatchEntryIdsNotDistinct(said("Two or more batch entries have the same id.")),
  invalidEntryId: () => new InvalidBatchEntryId(said("An id has 1 to 80 of A-Z, a-z, 0-9, - and _.")),
  batchTooLong: () => new BatchRequestTooLong(said("All messages of a batch take at most 1048576 bytes.")),
  invalidValue: (message: string) =>
    new SQSServiceException({ name: "InvalidParameterValue", $fault: "client", ...said(message) }),
};

/** One entry's share of a batch call that succeeded as a call. */
export function failedEntry(id: string, err: unknown) {
  const isFault = err instanceof SQSServiceException && err.$fault === "client";
  const code = err instanceof Error ? err.name : "InternalError";
  return { Id: id, Code: code, Message: err instanceof Error ? err.message : code, SenderFault: isFault };
}

/** A connection that says nothing until the client's patience ends; so the SDK names it. */
export class RequestTimeoutError extends Error {
  constructor() {
    super("the request timed out");
    this.name = "TimeoutError";
  }
}
