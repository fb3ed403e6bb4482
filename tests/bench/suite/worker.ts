import { encodeSendMessage } from "@gift/core/send-request/send-message";
import type { Bench } from "../bench.ts";
import { sidesOf } from "../finding.ts";
import { alternate, ratioOver, type Side, spreadOver } from "../measure/alternate.ts";
import type { Child } from "../rig/child.ts";
import { drainSide } from "../rig/drain.ts";
import { giftIdOf, layOutQueued, sendKey } from "../rig/gift-rows.ts";
import type { BenchDatabase } from "../rig/postgres.ts";
import type { BenchQueues } from "../rig/queue.ts";
import type { Rig } from "../rig/rig.ts";
import { startGiftWorker } from "../rig/service.ts";

const guessPerSecond = 14_000;

export const worker: Bench = {
  name: "worker",
  shows: "the gift role with its statements, no-op provider: CPU and SQS calls per gift",
  async run(rig) {
    const ours = await oursSide(rig);
    const peer = await peerSide(rig);
    const rounds = await alternate([ours, peer], { ...rig.alternation, rounds: Math.min(3, rig.sizes.rounds) });
    const value = ratioOver(rounds, [ours.name, peer.name], (sample) => sample.processor.worker ?? Number.NaN);
    const calls = spreadOver(rounds, ours.name, (sample) => sample.figures.calls ?? Number.NaN);
    const shared = { sides: sidesOf(rounds), isDisturbed: rounds.isDisturbed };
    const note =
      "ours also begins and ends an attempt per gift and logs it; sqs-consumer's does the UPDATE to SENT alone";
    return [
      { goal: "worker-processor", what: "worker's CPU per gift", unit: "of its CPU", value, note, ...shared },
      { goal: "calls-worker", what: "SQS calls per gift, worker", unit: "calls per gift", value: calls },
    ];
  },
};

async function oursSide(rig: Rig): Promise<Side> {
  const [database, queues] = [await rig.createDatabase(), await rig.createQueues()];
  const child = await startGiftWorker(rig, { database, ...queues });
  return giftSide(rig, "ours", { child, database, queues });
}

async function peerSide(rig: Rig): Promise<Side> {
  const [database, queues] = [await rig.createDatabase(), await rig.createQueues()];
  const connection = JSON.stringify(database.connection);
  const child = await rig.start({
    name: "worker-sqs-consumer",
    command: ["tests/bench/peer/sqs-consumer.ts", queues.giftUrl, "batch", "10", "none", connection],
    environment: { AWS_ENDPOINT_URL_SQS: new URL(queues.giftUrl).origin },
  });
  return giftSide(rig, "sqs-consumer", { child, database, queues });
}

function giftSide(
  rig: Rig,
  name: string,
  { child, database, queues }: { child: Child; database: BenchDatabase; queues: BenchQueues },
): Side {
  return drainSide(rig, {
    ...{ name, consumers: [child], queues, guessPerSecond },
    bodies: (number) => encodeSendMessage(giftIdOf(number), sendKey),
    layOut: (range) => layOutQueued(database.db, range),
    meters: { Postgres: rig.postgresMeter },
  });
}
