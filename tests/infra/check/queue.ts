import type { FleetDeclaration, QueueDeclaration } from "@gift/fleet/declaration";
import { ofType, statementsOf } from "../synth/read.ts";
import type { Resource, Stack } from "../synth/stack.ts";

/**
 * Queues that aren't as the fleet declares them, or aren't safe.
 * @param stack what is deployed
 * @param fleet what was declared
 */
export function queueProblems(stack: Stack, fleet: FleetDeclaration): string[] {
  return Object.values(fleet.queues).flatMap((declaration) => {
    const queue = queueOf(stack, declaration);
    if (!queue) return [`${declaration.resource}: is not deployed`];
    const problems = [
      ...numberProblems(queue, declaration),
      ...deadLetterProblems(stack, fleet, queue, declaration),
      ...policyProblems(stack, declaration),
      queue.inputs.sqsManagedSseEnabled === true ? "" : "is not encrypted",
      stack.app.protect && !queue.options.protect ? "may be deleted by a deploy" : "",
    ];
    return problems.filter((problem) => problem !== "").map((problem) => `${declaration.resource}: ${problem}`);
  });
}

function queueOf(stack: Stack, { resource }: QueueDeclaration): Resource | undefined {
  return ofType(stack, "aws:sqs/queue:Queue").find(({ name }) => name === `${resource}Queue`);
}

function numberProblems({ inputs }: Resource, declaration: QueueDeclaration): string[] {
  const expected = {
    visibilityTimeoutSeconds: declaration.visibilityTimeoutSeconds,
    messageRetentionSeconds: declaration.retentionSeconds,
  };
  return Object.entries(expected).flatMap(([input, value]) =>
    inputs[input] === value ? [] : [`${input} is ${String(inputs[input])}, the fleet says ${value}`],
  );
}

function deadLetterProblems(
  stack: Stack,
  fleet: FleetDeclaration,
  { inputs }: Resource,
  { deadLetter }: QueueDeclaration,
): string[] {
  if (!deadLetter) return inputs.redrivePolicy ? ["has a dead-letter queue that the fleet doesn't know"] : [];
  const target = fleet.queues[deadLetter.queue];
  const targetQueue = target && queueOf(stack, target);
  if (!targetQueue) return ["has no dead-letter queue"];
  const redrive: { deadLetterTargetArn?: string; maxReceiveCount?: number } = JSON.parse(
    String(inputs.redrivePolicy ?? "{}"),
  );
  return [
    redrive.deadLetterTargetArn?.endsWith(`:${String(targetQueue.inputs.name)}`) ? "" : "has no dead-letter queue",
    redrive.maxReceiveCount === deadLetter.maxReceiveCount
      ? ""
      : `maxReceiveCount is ${redrive.maxReceiveCount}, the fleet says ${deadLetter.maxReceiveCount}`,
    Number(targetQueue.inputs.messageRetentionSeconds) > Number(inputs.messageRetentionSeconds)
      ? ""
      : "outlives its dead letters",
    mayRedrive(stack, target.resource, String(inputs.name)) ? "" : "isn't named as a source by its dead-letter queue",
  ];
}

function mayRedrive(stack: Stack, target: string, source: string): boolean {
  const policies = ofType(stack, "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy").filter(({ name }) =>
    name.startsWith(target),
  );
  return policies.some(({ inputs }) => {
    const policy: { redrivePermission?: string; sourceQueueArns?: string[] } = JSON.parse(
      String(inputs.redriveAllowPolicy),
    );
    return (
      policy.redrivePermission === "byQueue" &&
      policy.sourceQueueArns?.some((arn) => arn.endsWith(`:${source}`)) === true
    );
  });
}

function policyProblems(stack: Stack, { resource }: QueueDeclaration): string[] {
  const statements = ofType(stack, "aws:sqs/queuePolicy:QueuePolicy")
    .filter(({ name }) => name === `${resource}Policy`)
    .flatMap(statementsOf);
  const isRefused = statements.some(
    ({ Effect, Action, Condition }) =>
      Effect === "Deny" && Action.includes("sqs:*") && JSON.stringify(Condition).includes("aws:SecureTransport"),
  );
  return isRefused ? [] : ["takes requests without TLS"];
}
