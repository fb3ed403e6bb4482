/**
 * The vocabulary of the fleet: what can be declared about a queue and a service. Pure types; `fleet.ts` holds the
 * values, `infra/` turns them into SST components and `packages/local` into processes.
 */
export interface QueueDeclaration<QueueName extends string = string> {
  /** Name of the SST component; the bindings are this name plus `Producer` or `Consumer`. */
  readonly resource: string;
  /** How long a received message stays invisible before SQS hands it out again. */
  readonly visibilityTimeoutSeconds: number;
  /** How long SQS keeps a message that nobody deletes. */
  readonly retentionSeconds: number;
  /** Where a message goes on the receive after the `maxReceiveCount`-th. Absent on a dead-letter queue. */
  readonly deadLetter?: { readonly queue: QueueName; readonly maxReceiveCount: number };
}

/** Equal jitter: half of `min(cap, base × factor^(receive - 1))` is fixed, half is random. */
export interface BackoffDeclaration {
  readonly baseSeconds: number;
  readonly factor: number;
  readonly capSeconds: number;
}

/** Bounds of V8's heap. V8 takes what it is given: without them an idle worker holds 270 MB of garbage. */
export interface HeapDeclaration {
  /** Long-lived objects. Reaching it ends the process, so it is a multiple of what is alive (about 25 MB). */
  readonly oldSpaceMegabytes: number;
  /** Each half of the young generation: smaller means more and shorter collections. */
  readonly semiSpaceMegabytes: number;
}

interface Process {
  readonly heap: HeapDeclaration;
  /** From SIGTERM to SIGKILL: ECS `stopTimeout`, at most 120 on Fargate. */
  readonly stopTimeoutSeconds: number;
  /** Queues this service may send to. */
  readonly publishes?: readonly string[];
}

export interface HttpService<QueueName extends string = string> extends Process {
  readonly kind: "http";
  readonly port: number;
  /** How long the load balancer holds a connection on which nothing is asked. */
  readonly loadBalancerIdleSeconds: number;
  /** How long the service does. Longer, or the load balancer's next request meets the connection's end: a 502. */
  readonly keepAliveSeconds: number;
  readonly publishes: readonly QueueName[];
  readonly scaling: { readonly targetCpuPercent: number; readonly targetRequestsPerTaskPerMinute: number };
}

export interface ConsumerService<QueueName extends string = string> extends Process {
  readonly kind: "consumer";
  readonly consumes: QueueName;
  readonly publishes?: readonly QueueName[];
  /** Messages handled at once by one process. */
  readonly slots: number;
  /** Messages received ahead, so that a freed slot never waits for the network. */
  readonly prefetch: number;
  /** Most long polls open at once. */
  readonly receivers: number;
  /** Long-poll wait, 0 to 20. A stop waits for it: SQS loses sight of a message whose poll is aborted. */
  readonly waitTimeSeconds: number;
  /** A handler that runs longer is aborted and counts as failed. */
  readonly handlerTimeoutSeconds: number;
  readonly backoff: BackoffDeclaration;
  readonly scaling: {
    /** Queue wait that users accept; the backlog per task is sized to meet it. */
    readonly acceptableWaitSeconds: number;
    /** Typical time one message occupies a slot. */
    readonly secondsPerMessage: number;
  };
}

export interface SweepService<QueueName extends string = string> extends Process {
  readonly kind: "sweep";
  readonly publishes: readonly QueueName[];
  /** Pause between two sweeps that found nothing. */
  readonly intervalSeconds: number;
  /** Most rows claimed by one sweep. */
  readonly batch: number;
}

export type ServiceDeclaration<QueueName extends string = string> =
  | HttpService<QueueName>
  | ConsumerService<QueueName>
  | SweepService<QueueName>;

export interface FleetDeclaration {
  readonly queues: Readonly<Record<string, QueueDeclaration>>;
  readonly services: Readonly<Record<string, ServiceDeclaration>>;
}
