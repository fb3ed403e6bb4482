import { sqsErrors } from "./error.ts";

/** A queue's attributes, read once. */
export interface QueueAttributes {
  readonly isFifo: boolean;
  readonly visibilityTimeoutSeconds: number;
  readonly delaySeconds: number;
  readonly waitTimeSeconds: number;
  readonly retentionSeconds: number;
  readonly maximumMessageBytes: number;
  readonly isContentDeduplicated: boolean;
  readonly redrive: { readonly targetArn: string; readonly maxReceiveCount: number } | undefined;
}

/** Name in SQS's API, default and bounds. */
const numbers = {
  visibilityTimeoutSeconds: { name: "VisibilityTimeout", byDefault: 30, least: 0, most: 43_200 },
  delaySeconds: { name: "DelaySeconds", byDefault: 0, least: 0, most: 900 },
  waitTimeSeconds: { name: "ReceiveMessageWaitTimeSeconds", byDefault: 0, least: 0, most: 20 },
  retentionSeconds: { name: "MessageRetentionPeriod", byDefault: 345_600, least: 60, most: 1_209_600 },
  maximumMessageBytes: { name: "MaximumMessageSize", byDefault: 1_048_576, least: 1_024, most: 1_048_576 },
} as const;

/**
 * Reads the attributes of CreateQueue.
 * @throws SQSServiceException for a value out of bounds
 */
export function parseAttributes(given: Readonly<Record<string, string>>): QueueAttributes {
  const read = (key: keyof typeof numbers) => numberOf(given, numbers[key]);
  return {
    isFifo: given.FifoQueue === "true",
    visibilityTimeoutSeconds: read("visibilityTimeoutSeconds"),
    delaySeconds: read("delaySeconds"),
    waitTimeSeconds: read("waitTimeSeconds"),
    retentionSeconds: read("retentionSeconds"),
    maximumMessageBytes: read("maximumMessageBytes"),
    isContentDeduplicated: given.ContentBasedDeduplication === "true",
    redrive: redriveOf(given.RedrivePolicy),
  };
}

function numberOf(
  given: Readonly<Record<string, string>>,
  { name, byDefault, least, most }: { name: string; byDefault: number; least: number; most: number },
): number {
  const value = given[name] === undefined ? byDefault : Number(given[name]);
  if (!Number.isInteger(value) || value < least || value > most)
    throw sqsErrors.invalidValue(`Invalid value for the parameter ${name}.`);
  return value;
}

function redriveOf(text: string | undefined): QueueAttributes["redrive"] {
  if (!text) return undefined;
  const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(text);
  const count = Number(maxReceiveCount);
  if (!(count >= 1 && count <= 1_000)) throw sqsErrors.invalidValue("Invalid value for maxReceiveCount.");
  return { targetArn: String(deadLetterTargetArn), maxReceiveCount: count };
}
