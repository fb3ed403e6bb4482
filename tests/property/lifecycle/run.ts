import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "@gift/core/database/database";
import { redriveGift } from "@gift/core/dead-letter/redrive";
import { createGift } from "@gift/core/gift/create";
import { SendConflictError } from "@gift/core/gift/gift.errors";
import { sql, type Transaction } from "kysely";
import { sqsErrors } from "../../support/sqs-model/error.ts";
import { noFaults } from "../../support/sqs-model/fault.ts";
import { SqsModel } from "../../support/sqs-model/model.ts";
import type { VirtualClock } from "../../support/virtual-time/clock.ts";
import { inVirtualTime } from "../../support/virtual-time/install.ts";
import { SimulatedProcess } from "../../support/virtual-time/process.ts";
import { createRandom } from "../../support/virtual-time/random.ts";
import {
  healedAfterMilliseconds,
  type LifecycleProgram,
  type Mishap,
  type ProcessName,
  processNames,
} from "./program.ts";
import { createProvider, kindProvider } from "./provider.ts";
import { calmDatabase, openRemoteDatabase } from "./remote-database.ts";
import { empty, type Session } from "./session.ts";
import { type Outside, programs, type Running } from "./system.ts";

/** Longer than all attempts, backoffs, leases and circuits together. */
const patienceMilliseconds = 1_800_000;

/** What a client was answered; nothing when the API died or failed meanwhile. */
export interface Answer {
  readonly giftId: string;
  readonly requestId: string;
  readonly kind: "accepted" | "replayed" | "conflict";
  readonly body: string;
}

export interface Course {
  readonly giftIds: readonly string[];
  readonly answers: readonly Answer[];
  readonly outside: Outside;
  readonly redrivesThatWait: number;
  readonly isSettled: boolean;
}

interface Place {
  readonly name: ProcessName;
  process: SimulatedProcess;
  running: Promise<Running>;
  state: "running" | "frozen" | "away";
}

interface World {
  readonly clock: VirtualClock;
  readonly session: Session;
  readonly outside: Outside;
  readonly giftIds: readonly string[];
  readonly places: Map<ProcessName, Place>;
  readonly answers: Answer[];
  redrivesThatWait: number;
  isHealed: boolean;
}

/** Runs a program on real Postgres, from the first send until everything is settled, in virtual time. */
export async function runLifecycle(session: Session, program: LifecycleProgram): Promise<Course> {
  await empty(session.db);
  const giftIds: string[] = [];
  for (let gift = 0; gift < program.gifts; gift += 1)
    giftIds.push((await createGift(session.db, { amount: 1 + gift, message: null })).id);
  return await inVirtualTime({ seed: program.seed, startsAt: Date.now() }, async (clock) => {
    const world = createWorld(session, program, giftIds, clock);
    for (const name of processNames) world.places.set(name, start(world, name));
    for (const send of program.sends) setTimeout(() => void ask(world, send), send.atMilliseconds);
    for (const mishap of program.mishaps) setTimeout(() => void suffer(world, mishap), mishap.atMilliseconds);
    const redriving = redriveNowAndThen(world);
    await sleep(healedAfterMilliseconds);
    heal(world);
    await redriving;
    const isSettled = await settled(world);
    await Promise.all(Array.from(world.places.values(), stop));
    const { answers, outside, redrivesThatWait } = world;
    return { giftIds, answers, outside, redrivesThatWait, isSettled };
  });
}

function createWorld(
  session: Session,
  program: LifecycleProgram,
  giftIds: readonly string[],
  clock: VirtualClock,
): World {
  const { seed } = program;
  const model = new SqsModel({ clock, seed, faults: program.sqs });
  const queues = model.createQueueWithDeadLetters("gift", program.maxReceiveCount);
  const provider = createProvider(clock, createRandom(seed + 1), program.provider);
  const faults = () => (world.isHealed ? calmDatabase : program.database);
  const db = openRemoteDatabase({ session, clock, random: createRandom(seed + 2), faults });
  const outside = { program, model, ...queues, provider, db };
  const fresh = { places: new Map(), answers: [], redrivesThatWait: 0, isHealed: false };
  const world: World = { clock, session, outside, giftIds, ...fresh };
  if (program.sqsOutage) beAway(model, program.sqsOutage);
  return world;
}

function beAway(model: SqsModel, outage: { fromMilliseconds: number; forMilliseconds: number }): void {
  setTimeout(() => {
    model.refusal = sqsErrors.throttled;
  }, outage.fromMilliseconds);
  setTimeout(() => {
    model.refusal = undefined;
  }, outage.fromMilliseconds + outage.forMilliseconds);
}

function heal(world: World): void {
  const { model, provider } = world.outside;
  model.dice.faults = noFaults;
  provider.faults = kindProvider;
  world.isHealed = true;
}

function start(world: World, name: ProcessName): Place {
  const process = new SimulatedProcess(name);
  return { name, process, running: process.run(() => programs[name](world.outside)), state: "running" };
}

async function ask({ places, answers, giftIds }: World, step: { gift: number; key: number }): Promise<void> {
  const api = places.get("api");
  const giftId = giftIds[step.gift % giftIds.length];
  if (!api || api.state === "away" || giftId === undefined) return;
  const requestId = `key-${step.key}`;
  const { send } = await api.running;
  const answer = await api.process.run(async () => {
    try {
      return await send?.(giftId, requestId);
    } catch (err) {
      return err;
    }
  });
  if (answer instanceof SendConflictError) answers.push({ giftId, requestId, kind: "conflict", body: answer.message });
  else if (isOutcome(answer)) answers.push({ giftId, requestId, kind: answer.kind, body: answer.responseBody });
}

function isOutcome(answer: unknown): answer is { kind: "accepted" | "replayed"; responseBody: string } {
  return typeof answer === "object" && answer !== null && "responseBody" in answer;
}

async function suffer(world: World, { process: name, kind, forMilliseconds }: Mishap): Promise<void> {
  const place = world.places.get(name);
  // One mishap at a time per process.
  if (place?.state !== "running") return;
  if (kind === "freeze") {
    place.state = "frozen";
    place.process.freeze();
    await sleep(forMilliseconds);
    place.process.thaw();
    place.state = "running";
    return;
  }
  if (kind === "kill") {
    place.process.kill();
    place.state = "away";
  } else await stop(place);
  await sleep(forMilliseconds);
  world.places.set(name, start(world, name));
}

async function stop(place: Place): Promise<void> {
  if (place.state === "away") return;
  place.state = "away";
  const running = await place.running;
  await place.process.run(() => running.stop());
}

/** An operator who redrives whatever has FAILED, as often as the program says. */
async function redriveNowAndThen(world: World): Promise<void> {
  const { clock, session, giftIds } = world;
  const { everyMilliseconds, mostPerGift } = world.outside.program.redrive;
  for (let round = 0; round < mostPerGift * giftIds.length && clock.now() < 60_000; ) {
    await sleep(everyMilliseconds);
    for (const giftId of giftIds) {
      const delaySeconds = await clock.real(session.transact((trx) => redrive(trx, giftId), Date.now()));
      if (delaySeconds !== undefined) round += 1;
      if (delaySeconds) world.redrivesThatWait += 1;
    }
  }
}

/** How long the new message has to wait; undefined when the gift isn't FAILED. */
async function redrive(trx: Transaction<Database>, giftId: string): Promise<number | undefined> {
  const redriven = await redriveGift(trx, { giftId, operator: "olga" });
  if (!redriven) return undefined;
  const { rows } = await sql<{ seconds: number }>`
    select extract(epoch from available_at - now())::float as seconds
    from outbox where body like ${`%${redriven.requestId}%`}`.execute(trx);
  return rows[0]?.seconds;
}

async function settled({ clock, session, outside: { model, queueUrl, deadLettersUrl } }: World): Promise<boolean> {
  const until = clock.now() + patienceMilliseconds;
  const queues = [queueUrl, deadLettersUrl].map((url) => model.find(url).queue);
  while (clock.now() < until) {
    await sleep(5_000);
    if (queues.some(({ messages }) => messages.length > 0)) continue;
    const { rows } = await clock.real(
      sql<{ open: number }>`
        select (select count(*) from gifts where status = 'QUEUED')::int + (select count(*) from outbox)::int as open`.execute(
        session.db,
      ),
    );
    if (rows[0]?.open === 0) return true;
  }
  return false;
}
