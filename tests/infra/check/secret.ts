import { secretPassword } from "../synth/account.ts";
import { containersOf, ofType } from "../synth/read.ts";
import type { Stack } from "../synth/stack.ts";

/** A variable that by its name holds a secret. */
const secretName = /PASSWORD|SECRET|TOKEN|API_KEY|CREDENTIAL|WEBHOOK/i;

/** Only these task definitions may read the master user's secret. */
const mayReadMasterSecret = ["MigrationTask"];

/** Where a secret's value can be read by whoever can describe a task, call `sst shell` or see an output. */
export function secretProblems(stack: Stack): string[] {
  const definitions = ofType(stack, "aws:ecs/taskDefinition:TaskDefinition");
  return [
    ...definitions.flatMap((definition) => [
      ...valueIn(definition.name, definition.inputs),
      ...containersOf(definition).flatMap(({ name, environment = [] }) =>
        environment
          .filter((variable) => secretName.test(variable.name) || /"password":/.test(variable.value))
          .map((variable) => `${definition.name}: ${variable.name} of container ${name} holds a secret in clear`),
      ),
      ...masterSecretIn(definition.name, JSON.stringify(definition.inputs)),
    ]),
    ...ofType(stack, "docker-build:index:Image").flatMap(({ name, inputs }) => buildSecrets(name, inputs.secrets)),
    ...Object.entries(stack.links).flatMap(([name, link]) => [
      ...valueIn(`link ${name}`, link),
      ...passwordIn(stack, name),
    ]),
    ...valueIn("outputs", stack.outputs),
  ];
}

function valueIn(where: string, value: unknown): string[] {
  return JSON.stringify(value).includes(secretPassword) ? [`${where}: carries the master password`] : [];
}

/** Under `sst dev` a link carries the password of the developer's own Postgres: it guards nothing. */
function passwordIn({ links, isDev }: Stack, name: string): string[] {
  const hasPassword = Object.keys(links[name]?.properties ?? {}).some((property) => secretName.test(property));
  return hasPassword && !isDev ? [`link ${name}: carries a secret`] : [];
}

function masterSecretIn(name: string, text: string): string[] {
  return text.includes("secretsmanager") && !mayReadMasterSecret.includes(name)
    ? [`${name}: reads the master secret, which only the migration may`]
    : [];
}

function buildSecrets(name: string, secrets: unknown): string[] {
  return Object.keys(secrets ?? {}).map((secret) => `${name}: ${secret} reaches docker build`);
}
