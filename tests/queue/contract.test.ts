import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type SqsServer, startSqs } from "../support/sqs.ts";
import { createModelClient } from "../support/sqs-model/client.ts";
import { SqsModel } from "../support/sqs-model/model.ts";
import { inVirtualTime } from "../support/virtual-time/install.ts";
import { deadLetter } from "./contract/dead-letter.ts";
import { differences } from "./contract/difference.ts";
import { fifoGroups } from "./contract/fifo.ts";
import { limit } from "./contract/limit.ts";
import { longPoll } from "./contract/long-poll.ts";
import { visibility } from "./contract/visibility.ts";
import type { ContractWorld, Rules } from "./contract/world.ts";

const areas: Record<string, Rules> = {
  visibility,
  "long poll": longPoll,
  "dead letters": deadLetter,
  limits: limit,
  FIFO: fifoGroups,
};
const rules = Object.entries(areas).flatMap(([area, each]) =>
  Object.entries(each).map(([name, check]) => ({ area, name, check })),
);

/** A queue's name says whether it is FIFO. */
const nameOf = (number: number, attributes: Record<string, string> = {}) =>
  attributes.FifoQueue === "true" ? `queue${number}.fifo` : `queue${number}`;

test("every listed difference names a rule", () => {
  const names = rules.map(({ name }) => name);
  expect(Object.keys(differences).filter((name) => !names.includes(name))).toEqual([]);
});

describe("the model keeps the rules of SQS", () => {
  test.each(rules)("$area: $name", ({ check }) =>
    inVirtualTime({ seed: 1 }, async (clock) => {
      const model = new SqsModel({ clock });
      let queues = 0;
      const name = (attributes?: Record<string, string>) => {
        queues += 1;
        return nameOf(queues, attributes);
      };
      const world: ContractWorld = {
        client: createModelClient(model).client,
        createQueue: async (attributes) => model.createQueue(name(attributes), attributes),
        createQueueWithDeadLetters: async (most, attributes) =>
          model.createQueueWithDeadLetters(name(attributes), most, attributes),
      };
      await check(world);
    }),
  );
});

describe("the emulator keeps the rules of SQS that it isn't known to break", () => {
  let sqs: SqsServer;
  let queues = 0;
  beforeAll(async () => {
    sqs = await startSqs();
  });
  afterAll(() => sqs.close());

  const world: ContractWorld = {
    get client() {
      return sqs.client;
    },
    createQueue(attributes) {
      queues += 1;
      return sqs.createQueue(nameOf(queues, attributes), attributes);
    },
    async createQueueWithDeadLetters(maxReceiveCount, attributes = {}) {
      queues += 1;
      const name = `queue${queues}`;
      const suffix = attributes.FifoQueue === "true" ? ".fifo" : "";
      const deadLettersUrl = await sqs.createQueue(`${name}-dead-letters${suffix}`, attributes);
      const deadLetterTargetArn = `arn:aws:sqs:us-east-1:000000000000:${name}-dead-letters${suffix}`;
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount });
      return {
        queueUrl: await sqs.createQueue(`${name}${suffix}`, { ...attributes, RedrivePolicy }),
        deadLettersUrl,
      };
    },
  };
  const isKept = ({ name }: { name: string }) => !(name in differences);
  test.concurrent.each(rules.filter(isKept))("$area: $name", ({ check }) => check(world));

  test.concurrent.fails.each(
    rules.filter((rule) => !isKept(rule)).map((rule) => ({ ...rule, why: differences[rule.name] })),
  )("$area: not $name ($why)", ({ check }) => check(world));
});
