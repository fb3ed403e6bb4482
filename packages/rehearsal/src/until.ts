import { setTimeout as pause } from "node:timers/promises";

const intervalMilliseconds = 50;

/**
 * Asks again until the answer is there.
 * @param what named in the error
 * @param ask answers undefined or false, or throws, while it isn't; it is asked once at least
 * @param isPassing judges what `ask` throws: what isn't passing is thrown at once
 * @throws Error that names what was waited for, its cause what the last attempt threw
 */
export async function until<Answer>(
  what: string,
  ask: () => Promise<Answer | undefined | false> | Answer | undefined | false,
  patienceMilliseconds = 15_000,
  isPassing: (err: unknown) => boolean = () => true,
): Promise<Answer> {
  const deadline = Date.now() + patienceMilliseconds;
  for (;;) {
    let cause: unknown;
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
    } catch (err) {
      if (!isPassing(err)) throw err;
      cause = err;
    }
    if (Date.now() > deadline) throw new Error(`waited ${patienceMilliseconds / 1_000} s for ${what}`, { cause });
    await pause(intervalMilliseconds);
  }
}
