import fc from "fast-check";
import type { History } from "./history.ts";
import { invariants } from "./invariant.ts";
import { consumerProgram } from "./program.ts";
import { runConsumers } from "./run.ts";

/**
 * Whatever happens to SQS, the network and the consumers: nothing is lost, and nothing is done too early or too often.
 * @param observe sees each case's history, to count what the cases were about
 */
export function consumerKeepsItsPromises(observe: (history: History) => void = () => undefined) {
  return fc.asyncProperty(consumerProgram, async (program) => {
    const history = await runConsumers(program);
    observe(history);
    const violations = Object.entries(invariants).flatMap(([name, check]) =>
      check(history).map((violation) => `${name}: ${violation}`),
    );
    if (violations.length > 0) throw new Error(violations.slice(0, 5).join("\n"));
  });
}
