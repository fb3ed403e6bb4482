/** So many items wait already that one more would wait too long. Refused at once: nothing was done for it. */
export class BatcherFullError extends Error {
  readonly code = "BATCHER_FULL";
  constructor(mostWaiting: number) {
    super(`${mostWaiting} items wait for a batch already`);
    this.name = "BatcherFullError";
  }
}
