import { setTimeout as sleep } from "node:timers/promises";
import { type Consumer, type ConsumerOptions, createConsumer } from "@gift/queue/consumer";
import { acknowledge, release, retry } from "@gift/queue/verdict";
import { createModelClient } from "../../support/sqs-model/client.ts";
import { noFaults } from "../../support/sqs-model/fault.ts";
import { SqsModel } from "../../support/sqs-model/model.ts";
import type { ModelQueue } from "../../support/sqs-model/queue.ts";
import type { VirtualClock } from "../../support/virtual-time/clock.ts";
import { inVirtualTime } from "../../support/virtual-time/install.ts";
import { SimulatedProcess } from "../../support/virtual-time/process.ts";
import type { Handling, History, Life } from "./history.ts";
import type { ConsumerProgram, Mishap, Step } from "./program.ts";

/** By then every mishap is over and every message sent. */
const healedAfterMilliseconds = 160_000;
/** Far beyond any number of retries: what is in the queue then will stay there. */
const patienceMilliseconds = 7_200_000;

const atOnce: Step = { ends: "acknowledge", afterMilliseconds: 0, retrySeconds: undefined, isDeaf: false };

interface World {
  readonly program: ConsumerProgram;
  readonly clock: VirtualClock;
  readonly model: SqsModel;
  readonly queueUrl: string;
  readonly queue: ModelQueue;
  /** Handlings per message so far: which step is next. */
  readonly turns: Map<string, number>;
  readonly stepsOf: Map<string, readonly Step[]>;
  readonly lives: Life[];
}

/** A consumer's place: whoever lives there now. */
interface Place {
  process: SimulatedProcess;
  life: Life;
  consumer: Consumer;
}

/** Runs a program from its first message until the queue is empty, in virtual time. */
export function runConsumers(program: ConsumerProgram): Promise<History> {
  return inVirtualTime({ seed: program.seed }, async (clock) => {
    const model = new SqsModel({ clock, seed: program.seed, faults: program.faults });
    const { queueUrl, deadLettersUrl } = createQueues(model, program.maxReceiveCount);
    const { queue } = model.find(queueUrl);
    const world = { program, clock, model, queueUrl, queue, turns: new Map(), stepsOf: new Map(), lives: [] };
    const sent = sendAll(world);
    const places = Array.from({ length: program.consumers }, (_, index) => live(world, `consumer ${index}`));
    for (const mishap of program.mishaps) setTimeout(() => void suffer(world, places, mishap), mishap.atMilliseconds);
    await sleep(healedAfterMilliseconds);
    model.dice.faults = noFaults;
    const isDrained = await drained(world);
    await Promise.all(places.map((place) => stop(world, place)));
    const deadLetters = deadLettersUrl === undefined ? undefined : model.find(deadLettersUrl).queue;
    return { program, lives: world.lives, queue, deadLetters, sent, isDrained, faults: model.dice.counts };
  });
}

function createQueues(model: SqsModel, maxReceiveCount: number | undefined) {
  if (maxReceiveCount !== undefined) return model.createQueueWithDeadLetters("queue", maxReceiveCount);
  return { queueUrl: model.createQueue("queue"), deadLettersUrl: undefined };
}

/** Messages arrive without a fault of their own: sending is the publisher's property. */
function sendAll({ program, queue, stepsOf }: World): string[] {
  const sent: string[] = [];
  for (const [index, { sentAtMilliseconds, steps }] of program.messages.entries())
    setTimeout(() => {
      const { id } = queue.send({ body: String(index) });
      stepsOf.set(id, steps);
      sent.push(id);
    }, sentAtMilliseconds);
  return sent;
}

function live(world: World, name: string): Place {
  const process = new SimulatedProcess(name);
  const { client, calls } = createModelClient(world.model);
  const life: Life = {
    name: `${name}, life ${world.lives.length}`,
    calls,
    handlings: [],
    fates: [],
    mostInHand: 0,
    stopAskedAt: undefined,
    stoppedAt: undefined,
    killedAt: undefined,
    frozen: [],
    unconfirmedAtStop: 0,
  };
  world.lives.push(life);
  const consumer: Consumer = process.run(() => createConsumer(optionsOf(world, life, client, () => consumer)));
  process.run(() => void startPersistently(consumer));
  return { process, life, consumer };
}

/** A task whose start fails is started again by ECS. */
async function startPersistently(consumer: Consumer): Promise<void> {
  while (consumer.stats().phase === "created") await consumer.start().catch(() => sleep(1_000));
}

function optionsOf(
  world: World,
  life: Life,
  client: ConsumerOptions["client"],
  consumer: () => Consumer,
): ConsumerOptions {
  const { clock, program } = world;
  const { slots, prefetch, receivers, waitTimeSeconds, visibilityTimeoutSeconds, handlerTimeoutSeconds } = program;
  return {
    slots,
    prefetch,
    receivers,
    waitTimeSeconds,
    visibilityTimeoutSeconds,
    handlerTimeoutSeconds,
    ...(program.maxReceiveCount !== undefined && { maxReceiveCount: program.maxReceiveCount }),
    backoff: program.backoff,
    client,
    queueUrl: world.queueUrl,
    name: life.name,
    handle: ({ id, receiveCount }, { signal }) => handle(world, life, { id, receiveCount, signal }),
    observer: {
      received() {
        // After the messages of this poll are in the slots and the buffer.
        queueMicrotask(() => {
          const { running, buffered } = consumer().stats();
          life.mostInHand = Math.max(life.mostInHand, running + buffered);
        });
      },
      finished({ id: messageId, receiveCount }, { verdict }) {
        life.fates.push({ messageId, receiveCount, verdict, at: clock.now() });
      },
    },
  };
}

async function handle(
  world: World,
  life: Life,
  { id, receiveCount, signal }: { id: string; receiveCount: number; signal: AbortSignal },
) {
  const { clock, queue, turns, stepsOf } = world;
  const handling: Handling = {
    messageId: id,
    receiveCount,
    startedAt: clock.now(),
    signal,
    concurrency: 1 + life.handlings.filter(({ endedAt }) => endedAt === undefined).length,
    endedAt: undefined,
    ends: undefined,
    isNewestAtEnd: false,
    hiddenUntilAtEnd: 0,
  };
  life.handlings.push(handling);
  const turn = turns.get(id) ?? 0;
  turns.set(id, turn + 1);
  const step = stepsOf.get(id)?.[turn] ?? atOnce;
  try {
    if (step.afterMilliseconds > 0) await sleep(step.afterMilliseconds, undefined, step.isDeaf ? {} : { signal });
    handling.ends = step.ends;
    return verdictOf(step);
  } catch (err) {
    handling.ends = "throw";
    throw err;
  } finally {
    handling.endedAt = clock.now();
    const newest = queue.messages.find((message) => message.id === id);
    handling.isNewestAtEnd = newest?.receiveCount === receiveCount;
    handling.hiddenUntilAtEnd = newest?.visibleAt ?? 0;
  }
}

function verdictOf({ ends, retrySeconds }: Step) {
  if (ends === "acknowledge") return acknowledge;
  if (ends === "release") return release;
  if (ends === "retry") return retry(retrySeconds);
  throw new Error("the handler failed");
}

async function suffer(world: World, places: Place[], { consumer, kind, forMilliseconds }: Mishap): Promise<void> {
  const index = consumer % places.length;
  const place = places[index];
  // One mishap at a time: whoever is away or frozen can't be killed as well.
  if (!place || isAway(place)) return;
  if (kind === "freeze") return await freeze(world, place, forMilliseconds);
  if (kind === "kill") {
    place.process.kill();
    place.life.killedAt = world.clock.now();
  } else await stop(world, place);
  await sleep(forMilliseconds);
  places[index] = live(world, `consumer ${index}`);
}

function isAway({ life }: Place): boolean {
  return life.killedAt !== undefined || life.stopAskedAt !== undefined || life.frozen.at(-1)?.until === Infinity;
}

async function freeze({ clock }: World, { process, life }: Place, forMilliseconds: number): Promise<void> {
  const span = { from: clock.now(), until: Number.POSITIVE_INFINITY };
  life.frozen.push(span);
  process.freeze();
  await sleep(forMilliseconds);
  span.until = clock.now();
  process.thaw();
}

async function stop({ clock, program }: World, { process, life, consumer }: Place): Promise<void> {
  if (life.killedAt !== undefined || life.stopAskedAt !== undefined) return;
  life.stopAskedAt = clock.now();
  await process.run(() => consumer.stop({ deadlineMilliseconds: program.stopSeconds * 1_000 }));
  life.stoppedAt = clock.now();
  life.unconfirmedAtStop = consumer.stats().unconfirmed;
}

async function drained({ clock, queue }: World): Promise<boolean> {
  const until = clock.now() + patienceMilliseconds;
  while (queue.messages.length > 0 && clock.now() < until) await sleep(5_000);
  return queue.messages.length === 0;
}
