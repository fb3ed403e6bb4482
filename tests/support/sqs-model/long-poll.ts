import type { VirtualClock, VirtualTimer } from "../virtual-time/clock.ts";
import { outside } from "../virtual-time/process.ts";
import type { Delivery } from "./message.ts";
import type { ModelQueue } from "./queue.ts";

interface Waiter {
  readonly most: number;
  readonly visibilityTimeoutSeconds: number | undefined;
  answer(deliveries: Delivery[]): void;
  fail(err: unknown): void;
}

/** Receives that wait for a message. Whoever has waited longest is served first; the others wait on. */
export class LongPolls {
  readonly #clock: VirtualClock;
  readonly #queue: ModelQueue;
  #waiters: Waiter[] = [];
  #alarm: VirtualTimer | undefined;
  #isWaking: boolean = false;

  constructor(clock: VirtualClock, queue: ModelQueue) {
    this.#clock = clock;
    this.#queue = queue;
  }

  /** Resolves with messages as soon as there are any, with none when the wait is over. */
  receive(most: number, waitTimeSeconds: number, visibilityTimeoutSeconds: number | undefined): Promise<Delivery[]> {
    const deliveries = this.#queue.receive(most, visibilityTimeoutSeconds);
    if (deliveries.length > 0 || waitTimeSeconds === 0) return Promise.resolve(deliveries);
    const { promise, resolve, reject } = Promise.withResolvers<Delivery[]>();
    const waiter: Waiter = { most, visibilityTimeoutSeconds, answer: resolve, fail: reject };
    this.#waiters.push(waiter);
    this.#clock.setTimer(() => {
      this.#waiters = this.#waiters.filter((each) => each !== waiter);
      resolve([]);
    }, waitTimeSeconds * 1_000);
    this.#setAlarm();
    return promise;
  }

  /** Call it when a message may have become receivable. Not served at once: the call that changed it isn't over. */
  wakeSoon(): void {
    if (this.#isWaking) return;
    this.#isWaking = true;
    queueMicrotask(() => {
      this.#isWaking = false;
      outside(() => this.#wake());
    });
  }

  #wake(): void {
    for (const waiter of [...this.#waiters]) if (!this.#serve(waiter)) break;
    this.#setAlarm();
  }

  #serve(waiter: Waiter): boolean {
    try {
      const deliveries = this.#queue.receive(waiter.most, waiter.visibilityTimeoutSeconds);
      if (deliveries.length === 0) return false;
      waiter.answer(deliveries);
    } catch (err) {
      waiter.fail(err);
    }
    this.#waiters = this.#waiters.filter((each) => each !== waiter);
    return true;
  }

  /** A message that comes back by itself wakes whoever waits then. */
  #setAlarm(): void {
    if (this.#alarm) this.#alarm.isCancelled = true;
    const at = this.#waiters.length === 0 ? undefined : this.#queue.nextVisibleAt();
    this.#alarm = at === undefined ? undefined : this.#clock.setTimer(() => this.#wake(), at - this.#clock.now());
  }
}
