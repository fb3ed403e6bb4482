import type { FleetDeclaration } from "@gift/fleet/declaration";
import { fleet } from "@gift/fleet/fleet";
import type { Stack } from "../synth/stack.ts";
import { databaseProblems } from "./database.ts";
import { exposureProblems } from "./exposure.ts";
import { logProblems } from "./log.ts";
import { migrationProblems } from "./migration.ts";
import { permissionProblems } from "./permission.ts";
import { queueProblems } from "./queue.ts";
import { secretProblems } from "./secret.ts";
import { serviceProblems } from "./service.ts";

const declared: FleetDeclaration = fleet;

/**
 * Everything that must hold in every deployment, by what it guards; each says what is wrong, one sentence per problem.
 */
export const checks: Readonly<Record<string, (stack: Stack) => string[]>> = {
  "no secret can be read in a task, a link, a build or an output": secretProblems,
  "only the load balancer's listeners are open to the internet": exposureProblems,
  "nobody may do more than they need": permissionProblems,
  "the database is private, encrypted and hard to lose": databaseProblems,
  "queues are as the fleet declares them, encrypted and TLS-only": (stack) => queueProblems(stack, declared),
  "services outlive their agent, drain in time and go back after a bad deploy": serviceProblems,
  "no log is kept for ever": logProblems,
  "no new task starts before the migrations": migrationProblems,
};
