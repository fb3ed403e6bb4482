import { consumerBinding, producerBinding } from "@gift/fleet/binding";
import type { QueueDeclaration } from "@gift/fleet/declaration";
import { fleet, type QueueName } from "@gift/fleet/fleet";
import { stage } from "./stage.ts";

const declarations: Readonly<Record<string, QueueDeclaration>> = fleet.queues;

/** The fleet's queues by name, dead-letter queues before the queues that feed them. */
export const queues = declareAll();

/** What a service that sends is linked to; a batch needs no permission of its own. */
export const producerLink = linkOnce(producerBinding, ["sqs:SendMessage"]);

/** What a service that receives is linked to; the worker compares its limit with the queue's RedrivePolicy at start. */
export const consumerLink = linkOnce(consumerBinding, [
  "sqs:ReceiveMessage",
  "sqs:DeleteMessage",
  "sqs:ChangeMessageVisibility",
  "sqs:GetQueueAttributes",
]);

function declareAll(): Readonly<Record<string, sst.aws.Queue>> {
  const declared = new Map<string, sst.aws.Queue>();
  const declareNamed = (name: string): sst.aws.Queue => {
    const known = declared.get(name);
    if (known) return known;
    const { deadLetter } = declarations[name];
    const queue = declare(declarations[name], deadLetter && declareNamed(deadLetter.queue));
    declared.set(name, queue);
    return queue;
  };
  for (const name of Object.keys(declarations)) declareNamed(name);
  for (const [name, queue] of declared) allowRedrive(name, queue, declared);
  return Object.fromEntries(declared);
}

function declare(declaration: QueueDeclaration, deadLetters: sst.aws.Queue | undefined): sst.aws.Queue {
  const { resource, visibilityTimeoutSeconds, retentionSeconds, deadLetter } = declaration;
  const queue = new sst.aws.Queue(resource, {
    visibilityTimeout: `${visibilityTimeoutSeconds} seconds`,
    ...(deadLetter && deadLetters && { dlq: { queue: deadLetters.arn, retry: deadLetter.maxReceiveCount } }),
    transform: {
      queue: (args, opts) => {
        args.messageRetentionSeconds = retentionSeconds;
        // For readers that don't say how long they wait, e.g. the SQS console.
        args.receiveWaitTimeSeconds = 20;
        args.sqsManagedSseEnabled = true;
        // `removal: "retain"` leaves queues out.
        opts.protect = stage.isProtected;
      },
    },
  });
  refusePlainText(resource, queue);
  return queue;
}

function refusePlainText(resource: string, queue: sst.aws.Queue): void {
  const conditions = [{ test: "Bool", variable: "aws:SecureTransport", values: ["false"] }];
  const principals = [{ type: "*", identifiers: ["*"] }];
  const statement = { effect: "Deny", principals, actions: ["sqs:*"], resources: [queue.arn], conditions };
  new aws.sqs.QueuePolicy(`${resource}Policy`, {
    queueUrl: queue.url,
    policy: aws.iam.getPolicyDocumentOutput({ statements: [statement] }).json,
  });
}

/**
 * Only the queues that the fleet says may move messages here. A resource of its own: as an attribute it forms a cycle.
 */
function allowRedrive(name: string, queue: sst.aws.Queue, declared: ReadonlyMap<string, sst.aws.Queue>): void {
  const sources = [...declared].filter(([source]) => declarations[source].deadLetter?.queue === name);
  if (sources.length === 0) return;
  new aws.sqs.RedriveAllowPolicy(`${declarations[name].resource}RedriveAllow`, {
    queueUrl: queue.url,
    redriveAllowPolicy: $jsonStringify({
      redrivePermission: "byQueue",
      sourceQueueArns: sources.map(([, source]) => source.arn),
    }),
  });
}

/** A link per queue, however many services take it: SST refuses two components of one name. */
function linkOnce(
  nameOf: (queue: QueueName) => string,
  actions: string[],
): (queue: QueueName) => sst.Linkable<{ url: $util.Output<string> }> {
  const links = new Map<QueueName, sst.Linkable<{ url: $util.Output<string> }>>();
  return (name) => {
    const queue = queues[name];
    const link =
      links.get(name) ??
      new sst.Linkable(nameOf(name), {
        properties: { url: queue.url },
        include: [sst.aws.permission({ actions, resources: [queue.arn] })],
      });
    links.set(name, link);
    return link;
  };
}
