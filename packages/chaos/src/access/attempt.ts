/** A request of somebody who may not make it. */
export interface Attempt {
  readonly does: string;
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

const timeoutMilliseconds = 10_000;

/** Of an overload, of a limit and of a database that is away: none says what the request may do. */
const undecided: ReadonlySet<number> = new Set([429, 503]);

/**
 * Makes it, once.
 * @returns the status; undefined when there was no answer, or one that decides nothing
 */
export async function attempt(
  url: string,
  { method, path, headers, body }: Attempt,
  credentials: Record<string, string>,
): Promise<number | undefined> {
  try {
    const answer = await fetch(url + path, {
      method,
      headers: { ...headers, ...credentials },
      signal: AbortSignal.timeout(timeoutMilliseconds),
      ...(body !== undefined && { body }),
    });
    await answer.arrayBuffer();
    return undecided.has(answer.status) ? undefined : answer.status;
  } catch {
    return undefined;
  }
}
