export interface AttemptLimitOptions {
  /** Wrong keys per window, from one address and from all together. */
  readonly perAddress: number;
  readonly overall: number;
  readonly windowSeconds: number;
}

const usual: AttemptLimitOptions = { perAddress: 5, overall: 50, windowSeconds: 60 };

/** Counts wrong keys and says when to listen to no more of them. */
export class AttemptLimit {
  readonly #options: AttemptLimitOptions;
  #endsAt = 0;
  #overall = 0;
  #byAddress = new Map<string, number>();

  constructor(options: AttemptLimitOptions = usual) {
    this.#options = options;
  }

  /**
   * How long an address has to wait before its next key is looked at.
   * @returns whole seconds; 0 when it needn't
   */
  waitSeconds(address: string, now: number = Date.now()): number {
    this.#startWindow(now);
    const { perAddress, overall } = this.#options;
    const isFree = this.#overall < overall && (this.#byAddress.get(address) ?? 0) < perAddress;
    return isFree ? 0 : Math.ceil((this.#endsAt - now) / 1_000);
  }

  /** Notes a wrong key. */
  failed(address: string, now: number = Date.now()): void {
    this.#startWindow(now);
    this.#overall += 1;
    this.#byAddress.set(address, (this.#byAddress.get(address) ?? 0) + 1);
  }

  #startWindow(now: number): void {
    if (now < this.#endsAt) return;
    this.#endsAt = now + this.#options.windowSeconds * 1_000;
    this.#overall = 0;
    this.#byAddress = new Map();
  }
}
