import type { VirtualClock } from "../virtual-time/clock.ts";
import { createRandom } from "../virtual-time/random.ts";
import { parseAttributes } from "./attributes.ts";
import { sqsErrors } from "./error.ts";
import { FaultDice, type Faults, noFaults } from "./fault.ts";
import { LongPolls } from "./long-poll.ts";
import { ModelQueue } from "./queue.ts";

export interface SqsModelOptions {
  readonly clock: VirtualClock;
  /** Decides when faults happen. */
  readonly seed?: number;
  readonly faults?: Partial<Faults>;
  /** Per queue; 120,000 on AWS. */
  readonly mostInFlight?: number;
}

/** A queue, who waits for it, and what is known of it outside. */
export interface HostedQueue {
  readonly url: string;
  readonly arn: string;
  readonly given: Readonly<Record<string, string>>;
  readonly queue: ModelQueue;
  readonly polls: LongPolls;
  readonly dice: FaultDice;
}

const urlPrefix = "https://sqs.us-east-1.amazonaws.com/000000000000/";
const arnPrefix = "arn:aws:sqs:us-east-1:000000000000:";

/**
 * SQS in memory and in virtual time, as AWS documents it and as tests recorded against AWS have seen it, with faults on
 * demand. The contract suite (tests/queue/contract.test.ts) runs the same tests against it and against the emulator.
 */
export class SqsModel {
  readonly dice: FaultDice;
  readonly clock: VirtualClock;
  /** While set, SQS answers every call with this error: an outage. */
  refusal: (() => Error) | undefined;
  readonly #mostInFlight: number;
  readonly #queues = new Map<string, HostedQueue>();
  #lastNumber = 0;

  constructor({ clock, seed = 1, faults = {}, mostInFlight = 120_000 }: SqsModelOptions) {
    this.clock = clock;
    this.#mostInFlight = mostInFlight;
    this.dice = new FaultDice({ ...noFaults, ...faults }, createRandom(seed));
  }

  /** Creates a queue and answers its URL. A name that ends in `.fifo` needs the attribute too, as on AWS. */
  createQueue(name: string, given: Readonly<Record<string, string>> = {}): string {
    const attributes = parseAttributes(given);
    const url = urlPrefix + name;
    const arn = arnPrefix + name;
    const queue: ModelQueue = new ModelQueue({
      url,
      arn,
      attributes,
      mostInFlight: this.#mostInFlight,
      dice: this.dice,
      now: () => this.clock.now(),
      nextNumber: () => {
        this.#lastNumber += 1;
        return this.#lastNumber;
      },
      deadLetters: () => this.#byArn(attributes.redrive?.targetArn),
      changed: () => polls.wakeSoon(),
    });
    const polls = new LongPolls(this.clock, queue);
    this.#queues.set(url, { url, arn, given, queue, polls, dice: this.dice });
    return url;
  }

  /** Creates a queue and its dead-letter queue. */
  createQueueWithDeadLetters(name: string, maxReceiveCount: number, given: Readonly<Record<string, string>> = {}) {
    const deadLettersUrl = this.createQueue(`${name}-dead-letters`, given);
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: `${arnPrefix}${name}-dead-letters`, maxReceiveCount });
    return { queueUrl: this.createQueue(name, { ...given, RedrivePolicy }), deadLettersUrl };
  }

  /** @throws QueueDoesNotExist */
  find(url: string | undefined): HostedQueue {
    const hosted = this.#queues.get(url ?? "");
    if (!hosted) throw sqsErrors.queueDoesNotExist();
    return hosted;
  }

  #byArn(arn: string | undefined): ModelQueue | undefined {
    return arn === undefined ? undefined : this.#queues.get(urlPrefix + arn.slice(arnPrefix.length))?.queue;
  }
}
