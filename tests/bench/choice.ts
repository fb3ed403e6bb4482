import { UsageError } from "@gift/local/command/usage-error";
import type { Bench } from "./bench.ts";
import { benches } from "./suite/suite.ts";

/**
 * The benches that `--only` names.
 * @param names with commas between them; undefined means all
 * @throws UsageError that names them all
 */
export function chosenBenches(names: string | undefined): readonly Bench[] {
  if (names === undefined) return benches;
  const wanted = new Set(names.split(",").map((name) => name.trim()));
  const unknown = Array.from(wanted).find((name) => !benches.some((bench) => bench.name === name));
  if (unknown !== undefined)
    throw new UsageError(
      `There is no bench "${unknown}". Give one or more of ${benches.map(({ name }) => name).join(", ")}.`,
    );
  return benches.filter(({ name }) => wanted.has(name));
}

/** Each bench and what it shows, for the help. */
export function benchList(): string {
  const width = Math.max(...benches.map(({ name }) => name.length));
  return benches.map(({ name, shows }) => `  ${name.padEnd(width)}  ${shows}`).join("\n");
}
