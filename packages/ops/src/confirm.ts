import { once } from "node:events";
import { createInterface } from "node:readline/promises";
import type { Readable, Writable } from "node:stream";

/** Whether a person sits in front of this process. */
export function canAsk(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}

/**
 * Asks; anything but yes is no.
 * @param question what yes would do
 * @param person where the answer comes from and the question goes; standard output belongs to the result
 */
export async function confirm(
  question: string,
  person: { input: Readable; output: Writable } = { input: process.stdin, output: process.stderr },
): Promise<boolean> {
  const terminal = createInterface(person);
  // Ctrl-C and Ctrl-D close it, and leave a question without an answer for ever.
  const closed = once(terminal, "close").then(() => "");
  try {
    const answer = await Promise.race([terminal.question(`${question} [y/N] `), closed]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
