import { UsageError } from "@gift/local/command/usage-error";
import type { Scenario } from "./scenario/scenario.ts";
import { scenarios } from "./scenario/scenarios.ts";

/**
 * The scenarios that a word of the command line stands for.
 * @throws UsageError that names them all
 */
export function chosenScenarios(word: string | undefined): readonly Scenario[] {
  if (word === "all") return scenarios;
  const found = scenarios.find(({ name }) => name === word);
  if (found) return [found];
  const problem = word === undefined ? "Which one?" : `There is no rehearsal "${word}".`;
  throw new UsageError(`${problem} Give all, or one of ${scenarios.map(({ name }) => name).join(", ")}.`);
}

/** Each scenario and what it shows, for the help. */
export function scenarioList(): string {
  const width = Math.max(...scenarios.map(({ name }) => name.length));
  return scenarios.map(({ name, shows }) => `  ${name.padEnd(width)}  ${shows}`).join("\n");
}
