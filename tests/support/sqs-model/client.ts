import { ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import type { SqsClient } from "@gift/queue/client/sqs-client";
import { currentProcess, outside } from "../virtual-time/process.ts";
import { RequestTimeoutError, sqsErrors } from "./error.ts";
import type { SqsModel } from "./model.ts";
import { perform } from "./operation.ts";

/** One call, as the client saw it. Times are the clock's milliseconds. */
export interface ModelCall {
  /** Operation without its `Command`, e.g. `ReceiveMessage`. */
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly startedAt: number;
  endedAt: number | undefined;
  isAborted: boolean;
}

export interface ModelClientOptions {
  /** How long a call may take before it fails, as in `createSqsClient`: a poll may wait on top. Default 5,000. */
  readonly requestTimeoutMilliseconds?: number;
  /** Bounds of one way's latency. Default 1 to 10. */
  readonly latency?: { readonly least: number; readonly most: number };
}

export interface ModelClient {
  readonly client: SqsClient;
  /** Every call so far, oldest first. */
  readonly calls: readonly ModelCall[];
}

/**
 * A client of the model. A call made inside a simulated process dies with it: SQS may still do what was asked, and
 * nobody hears of it. A call that is aborted ends at once for the caller alone: SQS goes on and hands messages to
 * nobody.
 */
export function createModelClient(model: SqsModel, options: ModelClientOptions = {}): ModelClient {
  const calls: ModelCall[] = [];
  const send = async (command: Command, { abortSignal }: { abortSignal?: AbortSignal } = {}) => {
    const operation = command.constructor.name.replace(/Command$/, "");
    const call: ModelCall = {
      operation,
      input: { ...command.input },
      startedAt: model.clock.now(),
      endedAt: undefined,
      isAborted: false,
    };
    calls.push(call);
    abortSignal?.addEventListener("abort", () => {
      call.isAborted = call.endedAt === undefined;
    });
    try {
      return await overTheNetwork(model, command, options, abortSignal);
    } finally {
      call.endedAt = model.clock.now();
    }
  };
  // The SDK's `send` is overloaded once per operation; `perform` answers each command with its own output, and throws
  // for those that it doesn't know.
  return { client: { send } as unknown as SqsClient, calls };
}

interface Command {
  readonly input: object;
}

function waitOf(command: Command): number {
  return command instanceof ReceiveMessageCommand ? (command.input.WaitTimeSeconds ?? 20) * 1_000 : 0;
}

function overTheNetwork(
  model: SqsModel,
  command: Command,
  { requestTimeoutMilliseconds = 5_000, latency = { least: 1, most: 10 } }: ModelClientOptions,
  signal: AbortSignal | undefined,
): Promise<object> {
  const { clock, dice } = model;
  const caller = currentProcess();
  const way = () => latency.least + dice.random() * (latency.most - latency.least);
  const { promise, resolve, reject } = Promise.withResolvers<object>();
  // The caller's own patience: it dies with the caller, and waits while the caller is frozen.
  const timeout = clock.setTimer(() => reject(new RequestTimeoutError()), requestTimeoutMilliseconds + waitOf(command));
  signal?.addEventListener("abort", () => reject(signal.reason), { once: true });

  const arrive = (settle: () => void) => {
    const deliver = () => clock.setTimer(settle, way());
    if (caller) caller.run(deliver);
    else deliver();
  };
  const request = async () => {
    const isAnswered = !dice.happens("loseAnswer");
    try {
      if (model.refusal) throw model.refusal();
      if (dice.happens("throttle")) throw sqsErrors.throttled();
      const output = await perform(command, (url) => model.find(url));
      if (isAnswered) arrive(() => resolve(output));
    } catch (err) {
      if (isAnswered) arrive(() => reject(err));
    }
  };
  outside(() => {
    if (!dice.happens("loseCall")) clock.setTimer(() => void request(), way());
  });
  return promise.finally(() => {
    timeout.isCancelled = true;
  });
}
