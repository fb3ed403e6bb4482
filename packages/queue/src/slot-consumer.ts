import { Acknowledger } from "./acknowledger.ts";
import { Circuit, defaultCircuit, type OpenReason } from "./circuit.ts";
import { drain } from "./drain.ts";
import { ConsumerStoppingError, type LeaseLostError } from "./error.ts";
import { callHandler } from "./handler-call.ts";
import type { Lease } from "./lease.ts";
import { LeaseTable } from "./lease-table.ts";
import { createTell, type Tell } from "./observer.ts";
import type { ConsumerOptions } from "./options.ts";
import { Poller } from "./poller.ts";
import { receive } from "./receive.ts";
import { checkRedrivePolicy } from "./redrive-policy.ts";
import { Settlement } from "./settlement.ts";
import { Slots } from "./slots.ts";
import type { ConsumerPhase, ConsumerStats } from "./stats.ts";

/** With so many outcomes unconfirmed, deletes are failing: handling more would only make more duplicates. */
const mostUnconfirmed = 1_000;

/**
 * Wires the parts. A message goes poller → slots → handler call → settlement → acknowledger. The lease table holds it
 * from the first step to the last but one, and whoever takes it out of there settles it.
 */
export class SlotConsumer {
  readonly #options: ConsumerOptions;
  readonly #tell: Tell;
  readonly #acknowledger: Acknowledger;
  readonly #leases: LeaseTable;
  readonly #circuit: Circuit;
  readonly #settlement: Settlement;
  readonly #slots: Slots;
  readonly #poller: Poller;
  #phase: ConsumerPhase = "created";
  #isAborting: boolean = false;
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;

  constructor(options: ConsumerOptions) {
    this.#options = options;
    this.#tell = createTell(options.observer);
    this.#acknowledger = new Acknowledger({
      ...options,
      failed: (lease, err) => this.#tell((observer) => observer.acknowledgeFailed?.(lease.message, err)),
      ended: () => this.#poller.poll(),
    });
    this.#leases = new LeaseTable({
      ...options,
      extend: (lease, seconds) => this.#acknowledger.extend(lease, seconds),
      lost: (lease, err) => this.#lose(lease, err),
      now: () => performance.now(),
    });
    this.#circuit = new Circuit(options.circuit ?? defaultCircuit, {
      isReady: async () => (await options.isReady?.()) ?? true,
      opened: (reason, err) => this.#hold(reason, err),
      closed: (openMilliseconds) => this.#tell((observer) => observer.circuitClosed?.({ openMilliseconds })),
      admitting: () => this.#proceed(),
    });
    this.#settlement = new Settlement({
      leases: this.#leases,
      circuit: this.#circuit,
      acknowledger: this.#acknowledger,
      backoff: options.backoff,
      isAborting: () => this.#isAborting,
      isUnavailable: (err) => options.isUnavailable?.(err) ?? false,
      tell: this.#tell,
    });
    this.#slots = new Slots({
      count: options.slots,
      mayStart: () => !this.#isAborting && this.#circuit.admits(),
      run: (lease) => this.#run(lease),
      freed: () => this.#poller.poll(),
    });
    this.#poller = new Poller({
      ...options,
      capacity: options.slots + options.prefetch,
      room: () => this.#room(),
      isHungry: () => this.#slots.buffered === 0,
      receive: (most, waitTimeSeconds) => this.#receive(most, waitTimeSeconds),
      failed: (err, retryAfterMilliseconds) =>
        this.#tell((observer) => observer.pollFailed?.(err, { retryAfterMilliseconds })),
    });
  }

  async start(): Promise<void> {
    const { name } = this.#options;
    if (this.#phase !== "created") throw new Error(`consumer ${name}: it starts once only, and it is ${this.#phase}`);
    this.#phase = "starting";
    this.#starting = this.#start();
    await this.#starting;
  }

  async #start(): Promise<void> {
    const { name, client, queueUrl: url, maxReceiveCount } = this.#options;
    try {
      await checkRedrivePolicy(client, { name, url, maxReceiveCount });
    } catch (err) {
      if (this.#stopping === undefined) this.#phase = "created";
      throw err;
    }
    if (this.#stopping !== undefined) return;
    this.#phase = "running";
    this.#leases.start();
    this.#poller.poll();
  }

  stop(deadlineMilliseconds: number): Promise<void> {
    this.#stopping ??= this.#stop(deadlineMilliseconds);
    return this.#stopping;
  }

  stats(): ConsumerStats {
    return {
      phase: this.#phase,
      circuit: this.#circuit.state,
      running: this.#slots.running.size,
      buffered: this.#slots.buffered,
      unconfirmed: this.#acknowledger.unconfirmed,
    };
  }

  #room(): number {
    const inHand = this.#slots.buffered + this.#slots.running.size;
    if (this.#acknowledger.unconfirmed >= mostUnconfirmed || this.#circuit.state === "open") return 0;
    if (this.#circuit.state === "half-open") return inHand === 0 ? 1 : 0;
    return this.#options.slots + this.#options.prefetch - inHand;
  }

  async #receive(most: number, waitTimeSeconds: number): Promise<number> {
    const received = await receive(this.#options, most, waitTimeSeconds, () => this.#leases.awakeAt);
    for (const lease of received) this.#leases.add(lease);
    const messages = received.map((lease) => lease.message);
    if (messages.length > 0) this.#tell((observer) => observer.received?.(messages));
    this.#slots.offer(received);
    this.#putBackUnlessRunnable();
    return received.length;
  }

  async #run(lease: Lease): Promise<void> {
    // After a freeze this may come before the table's tick.
    if (!this.#leases.check(lease)) return;
    lease.startedAt = performance.now();
    this.#circuit.started(lease);
    await callHandler(this.#options, lease, (outcome) => this.#settlement.conclude(lease, outcome));
  }

  #lose(lease: Lease, err: LeaseLostError): void {
    lease.controller.abort(err);
    this.#tell((observer) => observer.leaseLost?.(lease.message, err));
    this.#slots.drop(lease);
    this.#circuit.ended(lease, "undecided");
  }

  #hold(reason: OpenReason, err: unknown): void {
    this.#tell((observer) => observer.circuitOpened?.({ reason, err }));
    this.#putBackUnlessRunnable();
  }

  #proceed(): void {
    this.#slots.fill();
    this.#poller.poll();
  }

  /** A consumer that stops can't hold messages until the circuit closes, nor start any once it aborts. */
  #putBackUnlessRunnable(): void {
    const isHopeless = this.#phase === "stopping" && this.#circuit.state !== "closed";
    if (!isHopeless && !this.#isAborting) return;
    for (const lease of this.#slots.takeBuffered()) this.#settlement.putBack(lease);
  }

  async #stop(deadlineMilliseconds: number): Promise<void> {
    this.#phase = "stopping";
    this.#circuit.stop();
    this.#putBackUnlessRunnable();
    const parts = {
      poller: this.#poller,
      slots: this.#slots,
      acknowledger: this.#acknowledger,
      abort: () => this.#abort(),
      abandon: () => this.#abandon(),
    };
    await drain(parts, deadlineMilliseconds);
    // A start that is still asking SQS is in flight as well; whoever awaits it hears how it ends.
    await this.#starting?.catch(() => undefined);
    this.#leases.stop();
    this.#phase = "stopped";
  }

  #abort(): void {
    this.#isAborting = true;
    this.#putBackUnlessRunnable();
    for (const lease of this.#slots.running) lease.controller.abort(new ConsumerStoppingError());
  }

  #abandon(): void {
    for (const lease of this.#slots.running) this.#settlement.conclude(lease, { err: new ConsumerStoppingError() });
  }
}
