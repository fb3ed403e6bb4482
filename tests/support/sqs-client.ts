import type { SQSClient } from "@aws-sdk/client-sqs";
import { createSqsClient } from "@gift/queue/client/sqs-client";

/** One call of an SQS operation, as the SDK saw it. Times are `performance.now()`. */
export interface SqsCall {
  /** Operation without its `Command`, e.g. `ReceiveMessage`. */
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly startedAt: number;
  endedAt: number | undefined;
}

/** Makes the call, or doesn't; may change what it answers. */
export type Fault = (call: SqsCall, send: () => Promise<Output>) => Promise<Output>;

/** What the SDK's middleware passes on; faults change `output` in place. */
export type Output = { output: object; response: unknown };

export interface RecordedSqsClient {
  readonly client: SQSClient;
  readonly calls: readonly SqsCall[];
  callsOf(operation: string): readonly SqsCall[];
  /** Open calls of an operation. */
  open(operation: string): readonly SqsCall[];
  /** Injects a fault into every call of one operation; undefined heals it. */
  fault(operation: string, fault: Fault | undefined): void;
}

/** A real client on the real wire that records its calls and lets a test inject faults between the two. */
export function createRecordedSqsClient(): RecordedSqsClient {
  const client = createSqsClient({ maxAttempts: 1 });
  const calls: SqsCall[] = [];
  const faults = new Map<string, Fault>();
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const operation = String(context.commandName).replace(/Command$/, "");
      const call = record(operation, args.input);
      calls.push(call);
      const send = () => next(args);
      const fault = faults.get(operation);
      try {
        // The output's type belongs to the operation; a fault that changes it knows which one it is.
        return fault ? ((await fault(call, send)) as Awaited<ReturnType<typeof send>>) : await send();
      } finally {
        call.endedAt = performance.now();
      }
    },
    { step: "initialize", name: "recordedCalls" },
  );
  const callsOf = (operation: string) => calls.filter((call) => call.operation === operation);
  return {
    client,
    calls,
    callsOf,
    open: (operation) => callsOf(operation).filter((call) => call.endedAt === undefined),
    fault(operation, fault) {
      if (fault) faults.set(operation, fault);
      else faults.delete(operation);
    },
  };
}

function record(operation: string, input: object): SqsCall {
  return { operation, input: { ...input }, startedAt: performance.now(), endedAt: undefined };
}
