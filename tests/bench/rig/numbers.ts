import type { GiftRange } from "./gift-rows.ts";

/** Hands out gift numbers, each once. */
export class Numbers {
  #next: number;

  constructor(first: number) {
    this.#next = first;
  }

  take(count: number): GiftRange {
    const first = this.#next;
    this.#next += count;
    return { first, count };
  }
}
