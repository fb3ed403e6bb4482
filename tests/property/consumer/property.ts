import fc from "fast-check";
import { invariants } from "./invariant.ts";
import { consumerProgram } from "./program.ts";
import { runConsumers } from "./run.ts";

/** Whatever happens to SQS, the network and the consumers: nothing is lost, and nothing is done too early or too often. */
export const consumerKeepsItsPromises = fc.asyncProperty(consumerProgram, async (program) => {
  const history = await runConsumers(program);
  const violations = Object.entries(invariants).flatMap(([name, check]) =>
    check(history).map((violation) => `${name}: ${violation}`),
  );
  if (violations.length > 0) throw new Error(violations.slice(0, 5).join("\n"));
});
