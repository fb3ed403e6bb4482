import { ofType } from "../synth/read.ts";
import type { Stack } from "../synth/stack.ts";

/** Log groups that nobody bounded: what RDS exports goes to groups without an end unless they are declared. */
export function logProblems(stack: Stack): string[] {
  const groups = ofType(stack, "aws:cloudwatch/logGroup:LogGroup");
  const names = new Set(groups.map(({ inputs }) => inputs.name));
  return [
    ...groups
      .filter(({ inputs }) => !(Number(inputs.retentionInDays) > 0))
      .map(({ name }) => `${name}: keeps its lines for ever`),
    ...ofType(stack, "aws:rds/instance:Instance").flatMap(({ name, inputs }) =>
      [inputs.enabledCloudwatchLogsExports ?? []]
        .flat()
        .filter((log) => !names.has(`/aws/rds/instance/${String(inputs.identifier)}/${String(log)}`))
        .map((log) => `${name}: its log ${String(log)} is kept for ever`),
    ),
  ];
}
