import { callBackoffMilliseconds } from "./backoff.ts";
import { mostEntries } from "./batch-entry.ts";
import { Pace, type PollResult } from "./pace.ts";

export interface PollerOptions {
  /** Most polls open at once. */
  readonly receivers: number;
  readonly waitTimeSeconds: number;
  /** Most messages in hand: slots plus prefetch. */
  readonly capacity: number;
  /** How many more messages may be in hand now. */
  room(): number;
  /** True when a free slot has nothing buffered to take. */
  isHungry(): boolean;
  /** One receive call; delivers the messages itself and answers how many there were. */
  receive(most: number, waitTimeSeconds: number): Promise<number>;
  failed(err: unknown, retryAfterMilliseconds: number): void;
}

/** An additional poll asks for a short wait: when the queue runs dry one long poll is left, the others end soon. */
const additionalWaitSeconds = 1;

/**
 * Long-polls while there is room: one receiver when idle, more while polls come back full. A poll is never aborted: SQS
 * can hand a message to a connection that is gone, and then nobody sees it until its visibility timeout ends.
 */
export class Poller {
  readonly #options: PollerOptions;
  readonly #pace = new Pace();
  readonly #open = new Set<Promise<void>>();
  /** Places kept for what the open polls may bring. */
  #reserved = 0;
  #receivers = 1;
  #failures = 0;
  #notBefore = 0;
  #timer: NodeJS.Timeout | undefined;
  #isStopped: boolean = false;

  constructor(options: PollerOptions) {
    this.#options = options;
  }

  /** Opens as many polls as there is room and reason for. Call it whenever either may have grown. */
  poll(): void {
    while (!this.#isStopped && this.#open.size < this.#receivers) {
      const room = this.#options.room() - this.#reserved;
      if (!this.#isWorthACall(room) || this.#isPausing()) return;
      this.#track(this.#receive(Math.min(mostEntries, room)));
    }
  }

  /** Opens no more polls; resolves when those in flight have ended by themselves. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await Promise.all(this.#open);
  }

  /** A call for one or two messages costs as much as a call for ten: wait for room, unless a slot is starving. */
  #isWorthACall(room: number): boolean {
    if (room >= Math.min(mostEntries, this.#options.capacity)) return true;
    return room > 0 && this.#open.size === 0 && this.#options.isHungry();
  }

  /** Whether it is too early for the next poll; if so, a timer polls when the time has come. */
  #isPausing(): boolean {
    const pause = this.#notBefore - performance.now();
    if (pause <= 0) return false;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.poll();
    }, pause);
    return true;
  }

  #track(work: Promise<void>): void {
    this.#open.add(work);
    void work.then(() => {
      this.#open.delete(work);
      this.poll();
    });
  }

  async #receive(asked: number): Promise<void> {
    const { waitTimeSeconds: longWait } = this.#options;
    const waitTimeSeconds = this.#open.size === 0 ? longWait : Math.min(additionalWaitSeconds, longWait);
    const startedAt = performance.now();
    this.#reserved += asked;
    try {
      const received = await this.#options.receive(asked, waitTimeSeconds);
      const poll = { asked, received, startedAt, endedAt: performance.now() };
      this.#failures = 0;
      this.#notBefore = poll.endedAt + this.#pace.pauseAfter(poll);
      this.#adaptReceivers(poll);
    } catch (err) {
      this.#backOff(err);
    } finally {
      this.#reserved -= asked;
    }
  }

  #adaptReceivers({ asked, received }: PollResult): void {
    if (received === 0) this.#receivers = 1;
    else if (this.#pace.isBacklogged) this.#receivers = Math.min(this.#options.receivers, this.#receivers + 1);
    else if (received < asked / 2) this.#receivers = Math.max(1, this.#receivers - 1);
  }

  #backOff(err: unknown): void {
    this.#failures += 1;
    this.#receivers = 1;
    const pause = callBackoffMilliseconds(this.#failures, Math.random());
    this.#notBefore = performance.now() + pause;
    this.#options.failed(err, pause);
  }
}
