import { consumerBinding, producerBinding } from "@gift/fleet/binding";
import type { ConsumerService, FleetDeclaration, QueueDeclaration } from "@gift/fleet/declaration";
import { defineFleet } from "@gift/fleet/define";
import { fleet } from "@gift/fleet/fleet";
import { nodeOptions } from "@gift/fleet/node-options";
import { problemsOf } from "@gift/fleet/problems";
import { expect, test } from "vitest";

const queue: QueueDeclaration = {
  resource: "Work",
  visibilityTimeoutSeconds: 30,
  retentionSeconds: 100,
  deadLetter: { queue: "dead", maxReceiveCount: 5 },
};
const dead: QueueDeclaration = { resource: "Dead", visibilityTimeoutSeconds: 30, retentionSeconds: 200 };
const consumer: ConsumerService = {
  kind: "consumer",
  consumes: "work",
  slots: 1,
  prefetch: 0,
  receivers: 1,
  waitTimeSeconds: 20,
  handlerTimeoutSeconds: 25,
  backoff: { baseSeconds: 1, factor: 2, capSeconds: 10 },
  stopTimeoutSeconds: 60,
  heap: { oldSpaceMegabytes: 128, semiSpaceMegabytes: 4 },
  scaling: { acceptableWaitSeconds: 60, secondsPerMessage: 0.05 },
};

function withChanges(changes: {
  queue?: Partial<QueueDeclaration>;
  dead?: Partial<QueueDeclaration>;
  consumer?: Partial<ConsumerService>;
}): FleetDeclaration {
  return {
    queues: { work: { ...queue, ...changes.queue }, dead: { ...dead, ...changes.dead } },
    services: { worker: { ...consumer, ...changes.consumer } },
  };
}

test("the fleet that is deployed has no problems", () => {
  expect(problemsOf(fleet)).toEqual([]);
  expect(problemsOf(withChanges({}))).toEqual([]);
});

test.each<[string, Parameters<typeof withChanges>[0], RegExp]>([
  [
    "a DLQ that outlives its source by nothing",
    { dead: { retentionSeconds: 100 } },
    /^queue work: .* keeps messages 100 s, no longer than work itself/,
  ],
  [
    "retention beyond SQS's 14 days",
    { dead: { retentionSeconds: 14 * 86_400 + 1 } },
    /^dead: retentionSeconds is 1209601; it must be .* 0 to 1209600$/,
  ],
  [
    "a visibility timeout that a handler outlasts",
    { queue: { visibilityTimeoutSeconds: 25 } },
    /a handler may run 25 s but queue work hides a message for only 25 s/,
  ],
  [
    "a visibility timeout beyond SQS's 12 hours",
    { queue: { visibilityTimeoutSeconds: 43_201 } },
    /^work: visibilityTimeoutSeconds is 43201/,
  ],
  [
    "fractions of seconds",
    { consumer: { waitTimeSeconds: 1.5 } },
    /^worker: waitTimeSeconds is 1.5; it must be a whole number/,
  ],
  [
    "a backlog target without a wait",
    { consumer: { scaling: { acceptableWaitSeconds: 0, secondsPerMessage: 0.05 } } },
    /^service worker: acceptableWaitSeconds is 0; a backlog target needs more than 0$/,
  ],
  [
    "a message that takes no time",
    { consumer: { scaling: { acceptableWaitSeconds: 60, secondsPerMessage: Number.NaN } } },
    /^service worker: secondsPerMessage is NaN/,
  ],
  [
    "a poll longer than SQS's 20 s",
    { consumer: { waitTimeSeconds: 21, stopTimeoutSeconds: 100 } },
    /^worker: waitTimeSeconds is 21/,
  ],
  [
    "a drain that the kill interrupts",
    { consumer: { stopTimeoutSeconds: 45 } },
    /a drain can take 45 s .* killed after 45 s/,
  ],
  [
    "a stop timeout beyond Fargate's",
    { consumer: { stopTimeoutSeconds: 121 } },
    /^worker: stopTimeoutSeconds is 121; .* 0 to 120$/,
  ],
  [
    "one receive until the DLQ",
    { queue: { deadLetter: { queue: "dead", maxReceiveCount: 1 } } },
    /maxReceiveCount 1 dead-letters a message whose first response was lost/,
  ],
  [
    "a DLQ that doesn't exist",
    { queue: { deadLetter: { queue: "nowhere", maxReceiveCount: 5 } } },
    /^queue work: there is no queue nowhere; declared are work, dead$/,
  ],
  [
    "a DLQ with a DLQ",
    { dead: { deadLetter: { queue: "work", maxReceiveCount: 5 } } },
    /^queue work: .* has a dead-letter queue of its own/,
  ],
  ["a consumer of no queue", { consumer: { consumes: "nowhere" } }, /^service worker: there is no queue nowhere/],
  ["a publisher to no queue", { consumer: { publishes: ["nowhere"] } }, /^service worker: there is no queue nowhere/],
  ["no slots", { consumer: { slots: 0 } }, /^service worker: slots is 0; it needs at least 1$/],
  ["no receivers", { consumer: { receivers: 0 } }, /^service worker: receivers is 0; it needs at least 1$/],
])("%s is a problem told in one sentence", (_, changes, sentence) => {
  const problems = problemsOf(withChanges(changes));
  expect(problems.filter((problem) => sentence.test(problem))).toHaveLength(1);
});

test("a server that closes connections before its load balancer does is a problem told in one sentence", () => {
  const services = { api: { ...fleet.services.api, keepAliveSeconds: fleet.services.api.loadBalancerIdleSeconds } };
  expect(problemsOf({ queues: { ...fleet.queues }, services })).toEqual([
    "service api: its connections are closed after 60 s, and its load balancer uses them for 60 s; raise keepAliveSeconds above loadBalancerIdleSeconds",
  ]);
});

test("a wrong declaration fails when it is loaded, with every problem in one message", () => {
  const wrong = withChanges({ consumer: { slots: 0, receivers: 0 } });
  expect(() => defineFleet(wrong)).toThrow(/the fleet declaration is wrong:\n- .*slots is 0.*\n- .*receivers is 0/);
});

test("a queue name that doesn't exist is a type error, and an error at load for JavaScript", () => {
  const load = () =>
    defineFleet({
      queues: { work: { resource: "Work", visibilityTimeoutSeconds: 30, retentionSeconds: 100 } },
      // @ts-expect-error: the compiler must refuse this name
      services: { worker: { ...consumer, consumes: "wrok" } },
    });
  expect(load).toThrow("there is no queue wrok; declared are work");
});

test("bindings are named by the queue's resource", () => {
  expect(producerBinding("gift")).toBe("GiftQueueProducer");
  expect(consumerBinding("gift-dead-letters")).toBe("GiftDeadLettersConsumer");
});

test("a process that runs several services gets the largest of their heaps", () => {
  const heaps = [
    { heap: { oldSpaceMegabytes: 96, semiSpaceMegabytes: 8 } },
    { heap: { oldSpaceMegabytes: 128, semiSpaceMegabytes: 4 } },
  ];
  expect(nodeOptions(heaps)).toBe("--max-old-space-size=128 --max-semi-space-size=8");
});
