/** Largest request body. The largest valid one, 500 escaped emoji, has 6 KiB. */
export const maxBodyBytes = 16 * 1_024;

/** Largest request head, request line included; Node's own default, written down because a client can meet it. */
export const maxHeaderBytes = 16 * 1_024;

/** A request arrives within this time or is refused: slow senders must not hold connections. */
export const requestTimeoutMilliseconds = 15_000;
