import { SQSClient } from "@aws-sdk/client-sqs";
import { createHttpHandler } from "./http-handler.ts";
import { shortenPath } from "./short-path.ts";

/** What this package asks of a client: anything that sends SQS commands. */
export type SqsClient = Pick<SQSClient, "send">;

export interface SqsClientOptions {
  /**
   * How long one request may take before it fails; a poll may take what it waits for on top. Default 5,000: a lease of
   * 30 s is extended when half of it is left, and so a call that hangs is made again, twice, while the lease lasts. A
   * publisher has callers that wait: about 3,000 with 2 attempts.
   */
  readonly requestTimeoutMilliseconds?: number;
  /** Attempts per call, the first included. Default 3, as in the SDK. */
  readonly maxAttempts?: number;
}

/** Sockets per client: 4 receivers, 2 × 8 batch calls of acknowledgements, and room to spare. */
const maxSockets = 32;

/**
 * Creates an SQS client. Region, credentials and endpoint come from the AWS_* environment, read by the SDK itself. For
 * a local server set AWS_ENDPOINT_URL_SQS to the origin of its queue URLs: without it the SDK follows the queue URL as
 * well, but writes a warning per call.
 */
export function createSqsClient(options: SqsClientOptions = {}): SQSClient {
  const requestHandler = createHttpHandler({
    connectionTimeoutMilliseconds: 2_000,
    requestTimeoutMilliseconds: options.requestTimeoutMilliseconds ?? 5_000,
    maxSockets,
  });
  const client = new SQSClient({
    maxAttempts: options.maxAttempts ?? 3,
    // TCP and TLS check integrity already; the MD5 check costs a call on the SDK's long way about 0.25 ms of CPU.
    md5: false,
    // Otherwise every call puts its middleware together anew. Nothing can be added to the stack after the first call.
    cacheMiddleware: true,
    requestHandler,
  });
  // There is no logger; it would copy inputs and outputs for it all the same.
  client.middlewareStack.remove("loggerMiddleware");
  shortenPath(client, requestHandler);
  return client;
}
