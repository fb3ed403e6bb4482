import type { FleetDeclaration, QueueDeclaration, ServiceDeclaration } from "./declaration.ts";
import { problemsOf } from "./problems.ts";

/**
 * Checks a fleet and returns it unchanged. A queue name that doesn't exist is a type error; numbers that contradict
 * each other throw, all of them in one message, when the module loads.
 * @throws Error naming every problem and how to mend it
 */
export function defineFleet<
  const Queues extends Record<string, QueueDeclaration<keyof Queues & string>>,
  const Services extends Record<string, ServiceDeclaration<keyof Queues & string>>,
>(declaration: { queues: Queues; services: Services }): { queues: Queues; services: Services } {
  const problems = problemsOf(declaration as FleetDeclaration);
  if (problems.length > 0) throw new Error(`the fleet declaration is wrong:\n- ${problems.join("\n- ")}`);
  return declaration;
}
