import { containersOf, ofType } from "../synth/read.ts";
import type { Stack } from "../synth/stack.ts";

/** Services whose new tasks could start before the migrations, and what else would let one run unnoticed or in vain. */
export function migrationProblems(stack: Stack): string[] {
  if (stack.isDev) return [];
  const runs = ofType(stack, "command:local:Command").filter(({ name }) => name === "MigrationRun");
  const definition = ofType(stack, "aws:ecs/taskDefinition:TaskDefinition").find(
    ({ name }) => name === "MigrationTask",
  );
  if (runs.length !== 1 || !definition) return ["no migration runs in the deploy"];
  const [container] = containersOf(definition);
  return [
    ...ofType(stack, "aws:ecs/service:Service")
      .filter(({ options }) => !options.dependsOn?.includes("MigrationRun"))
      .map(({ name }) => `${name}: doesn't wait for the migrations`),
    ...(JSON.stringify(runs[0]?.inputs.triggers).includes("Migration")
      ? []
      : ["MigrationRun: doesn't run for a new version"]),
    ...(container?.secrets?.some(({ name }) => name === "DATABASE_OWNER_SECRET")
      ? []
      : ["MigrationTask: isn't the owner"]),
    ...(container?.image === imageOfServices(stack) ? [] : ["MigrationTask: isn't the version that is deployed"]),
  ];
}

function imageOfServices(stack: Stack): string | undefined {
  const definition = ofType(stack, "aws:ecs/taskDefinition:TaskDefinition").find(({ name }) => name === "ApiTask");
  return definition && containersOf(definition)[0]?.image;
}
