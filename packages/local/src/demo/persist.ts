import { setTimeout as pause } from "node:timers/promises";

/** The API is away or asks for patience; the same request may be made again. */
export class UnavailableError extends Error {
  override readonly name = "UnavailableError";
  readonly retryAfterSeconds: number;

  /** @param retryAfterSeconds what the API asked for; NaN when it didn't */
  constructor(retryAfterSeconds: number) {
    super("the API is unavailable");
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Longer than a restart of the API, or of Postgres under it, may take. */
const patienceMilliseconds = 60_000;
const delay = { firstMilliseconds: 100, mostMilliseconds: 2_000 };

/**
 * Repeats a call while the API is unavailable or the connection breaks, with jittered exponential pauses.
 * @param call must be safe to repeat
 * @param onRetry told before each repetition
 * @throws the last error, after a minute, or at once when repeating wouldn't help
 */
export async function persist<Result>(call: () => Promise<Result>, onRetry: () => void): Promise<Result> {
  const deadline = Date.now() + patienceMilliseconds;
  for (let retry = 0; ; retry += 1) {
    try {
      return await call();
    } catch (err) {
      if (!isWorthRepeating(err) || Date.now() > deadline) throw err;
      onRetry();
      await pause(pauseMilliseconds(err, retry));
    }
  }
}

/** fetch says TypeError when the connection broke, and an answer that was cut off can't be parsed. */
function isWorthRepeating(err: unknown): boolean {
  return err instanceof UnavailableError || err instanceof TypeError || err instanceof SyntaxError || isTimeout(err);
}

function isTimeout(err: unknown): boolean {
  return err instanceof Error && err.name === "TimeoutError";
}

function pauseMilliseconds(err: unknown, retry: number): number {
  const most = Math.min(delay.firstMilliseconds * 2 ** retry, delay.mostMilliseconds);
  const asked = err instanceof UnavailableError && err.retryAfterSeconds > 0 ? err.retryAfterSeconds * 1_000 : 0;
  return Math.max(asked, most / 2) + (Math.random() * most) / 2;
}
