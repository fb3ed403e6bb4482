/** One kind of work in a worker process. It runs from its creation until it is stopped. */
export interface Role {
  /** Messages that it holds now. */
  inHand(): number;
  /**
   * Resolves when nothing of the role is in flight.
   * @param deadlineMilliseconds how long what is in hand may take, from now
   */
  stop(deadlineMilliseconds: number): Promise<void>;
}
