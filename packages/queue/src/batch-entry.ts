import type { BatchResultErrorEntry } from "@aws-sdk/client-sqs";
import { EntryFailedError } from "./error.ts";

/** SQS takes at most so many entries per batch call. */
export const mostEntries = 10;

/** What the three batch calls answer with HTTP 200: some entries may have failed all the same. */
export interface BatchOutput {
  readonly Successful?: readonly { readonly Id?: string | undefined }[] | undefined;
  readonly Failed?: readonly BatchResultErrorEntry[] | undefined;
}

/** The entry's id within its call; `resultsOf` reads it back. */
export const entryId = (index: number): string => String(index);

/**
 * One settled result per entry, in order. An entry that SQS mentions in neither list counts as failed on its side.
 * @param count entries in the call
 */
export function resultsOf(count: number, output: BatchOutput): PromiseSettledResult<void>[] {
  const successful = new Set(output.Successful?.map((entry) => entry.Id));
  const failed = new Map(output.Failed?.map((entry) => [entry.Id, entry]));
  return Array.from({ length: count }, (_, index) => {
    const failure = failed.get(entryId(index));
    if (failure === undefined && successful.has(entryId(index))) return { status: "fulfilled", value: undefined };
    return { status: "rejected", reason: errorOf(failure) };
  });
}

function errorOf(entry: BatchResultErrorEntry | undefined): EntryFailedError {
  return new EntryFailedError({
    code: entry?.Code ?? "NoResult",
    senderFault: entry?.SenderFault ?? false,
    message: entry?.Message ?? entry?.Code ?? "SQS answered without a result for this entry",
  });
}
