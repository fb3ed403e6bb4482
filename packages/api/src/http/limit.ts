/** Largest request body. The largest valid one, 500 escaped emoji, has 6 KiB. */
export const maxBodyBytes = 16 * 1_024;

/** Largest request head, request line included; Node's own default, written down because a client can meet it. */
export const maxHeaderBytes = 16 * 1_024;

/** A request arrives within this time or is refused: slow senders must not hold connections. */
export const requestTimeoutMilliseconds = 15_000;

/** Headers of a request; a browser sends some 15, a load balancer adds 5. */
export const maxHeaders = 100;

/** A connection on which an answer doesn't get on for so long is closed: slow readers must not hold memory. */
export const idleTimeoutMilliseconds = 30_000;

/**
 * Connections at once; more are closed unread. A load balancer keeps some tens, so this is only what memory allows:
 * 12,000 idle ones take the process from 140 to 270 MB (measured), and a task has 1 GB.
 */
export const maxConnections = 12_000;

/**
 * Requests answered at once. Ten statements run in parallel: at the usual 3 ms the last of 256 waits 80 ms, at 100 ms
 * two and a half seconds, and more waiting than that helps nobody.
 */
export const maxRequestsAtWork = 256;
