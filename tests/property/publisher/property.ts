import { setTimeout as sleep } from "node:timers/promises";
import { PublishError } from "@gift/queue/error";
import { mostBytes } from "@gift/queue/message-size";
import { createPublisher, type OutgoingMessage } from "@gift/queue/publisher";
import fc from "fast-check";
import { createModelClient, type ModelCall } from "../../support/sqs-model/client.ts";
import { type Faults, noFaults } from "../../support/sqs-model/fault.ts";
import type { StoredMessage } from "../../support/sqs-model/message.ts";
import { SqsModel } from "../../support/sqs-model/model.ts";
import { inVirtualTime } from "../../support/virtual-time/install.ts";

interface Publication {
  readonly atMilliseconds: number;
  readonly bytes: number;
  /** A control character: SQS refuses it every time. */
  readonly isImpossible: boolean;
  readonly attributes: Readonly<Record<string, string>>;
}

interface PublisherProgram {
  readonly seed: number;
  readonly faults: Faults;
  readonly publications: readonly Publication[];
}

interface Published {
  readonly message: OutgoingMessage;
  readonly isImpossible: boolean;
  readonly err: unknown;
}

interface Outcome {
  readonly program: PublisherProgram;
  readonly published: readonly Published[];
  readonly stored: readonly StoredMessage[];
  readonly calls: readonly ModelCall[];
}

const share = fc.oneof(fc.constant(0), fc.constantFrom(0.1, 0.5));

const publication = fc.record<Publication>({
  atMilliseconds: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 200 })),
  // Two of the largest, or eleven of the middle ones, are more than one call carries.
  bytes: fc.oneof(
    { weight: 20, arbitrary: fc.constant(10) },
    { weight: 4, arbitrary: fc.constantFrom(100_000, 600_000, mostBytes) },
  ),
  isImpossible: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  attributes: fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.stringMatching(/^[!-~]{1,20}$/), { maxKeys: 3 }),
});

const program = fc.record<PublisherProgram>({
  seed: fc.nat(),
  faults: fc.record({ throttle: share, failEntry: share, loseCall: share, loseAnswer: share }).map((faults) => ({
    ...noFaults,
    ...faults,
  })),
  publications: fc.array(publication, { minLength: 1, maxLength: 40 }),
});

/** A publish that resolves is in SQS, word for word; one that rejects has met a fault, or is what SQS never takes. */
export const publisherKeepsItsPromises = fc.asyncProperty(program, async (each) => {
  const outcome = await runPublisher(each);
  const violations = Object.entries(promises).flatMap(([name, check]) =>
    check(outcome).map((said) => `${name}: ${said}`),
  );
  if (violations.length > 0) throw new Error(violations.slice(0, 5).join("\n"));
});

function runPublisher(program: PublisherProgram): Promise<Outcome> {
  return inVirtualTime({ seed: program.seed }, async (clock) => {
    const model = new SqsModel({ clock, seed: program.seed, faults: program.faults });
    const queueUrl = model.createQueue("queue");
    const { client, calls } = createModelClient(model, { requestTimeoutMilliseconds: 3_000 });
    const publisher = createPublisher({ client, queueUrl });
    const published = await Promise.all(
      program.publications.map(
        async ({ atMilliseconds, bytes, isImpossible, attributes }, index): Promise<Published> => {
          const start = isImpossible ? `${index}\u0000` : `${index} `;
          const message = { body: start.padEnd(bytes, "x").slice(0, Math.max(bytes - 300, 10)), attributes };
          await sleep(atMilliseconds);
          const err = await publisher.publish(message).then(
            () => undefined,
            (reason: unknown) => reason,
          );
          return { message, isImpossible, err };
        },
      ),
    );
    return { program, published, stored: model.find(queueUrl).queue.messages, calls };
  });
}

const promises: Readonly<Record<string, (outcome: Outcome) => string[]>> = {
  "what was published is in SQS, word for word": ({ published, stored }) => {
    const bodies = new Map(stored.map((message) => [message.body, message]));
    return published.flatMap(({ message, err }) => {
      const found = bodies.get(message.body);
      if (err !== undefined) return [];
      const values = Object.entries(found?.attributes ?? {}).map(([name, { StringValue }]) => [name, StringValue]);
      const isSame = JSON.stringify(Object.fromEntries(values)) === JSON.stringify(message.attributes);
      return found && isSame ? [] : [`${message.body.slice(0, 10)} isn't there`];
    });
  },

  "what was refused isn't in SQS, unless an answer was lost": ({ published, stored, program }) => {
    const bodies = new Set(stored.map(({ body }) => body));
    if (program.faults.loseAnswer > 0) return [];
    return published.flatMap(({ message, err }) =>
      err !== undefined && bodies.has(message.body) ? [`${message.body.slice(0, 10)} is there`] : [],
    );
  },

  "a message is in SQS once at most": ({ stored }) =>
    stored.length === new Set(stored.map(({ body }) => body)).size ? [] : ["one is there twice"],

  "a rejection is a PublishError, and without a fault only what can never be sent is rejected": ({
    published,
    program: { faults },
  }) =>
    published.flatMap(({ message, err, isImpossible }) => {
      if (err === undefined) return isImpossible ? ["SQS took a control character"] : [];
      if (!(err instanceof PublishError)) return [`${err}`];
      const isExpected = isImpossible || Object.values(faults).some((share) => share > 0);
      return isExpected ? [] : [`${message.body.slice(0, 10)} is rejected with ${err.code}`];
    }),

  "a call carries at most ten messages and 1 MiB, and no more than eight calls run": ({ calls }) =>
    calls.flatMap((call) => {
      const entries = Array.isArray(call.input.Entries) ? call.input.Entries : [];
      const bytes = entries.reduce((sum, { MessageBody }) => sum + MessageBody.length, 0);
      const open = calls.filter(
        ({ startedAt, endedAt = Infinity }) => startedAt <= call.startedAt && endedAt > call.startedAt,
      );
      return [
        ...(entries.length > 10 || bytes > mostBytes ? [`${entries.length} messages, ${bytes} bytes`] : []),
        ...(open.length > 8 ? [`${open.length} calls at once`] : []),
      ];
    }),
};
