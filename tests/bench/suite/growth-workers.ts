import type { Bench } from "../bench.ts";
import { alternate, ratioOver, type Side, spreadOver } from "../measure/alternate.ts";
import { drainSide } from "../rig/drain.ts";
import type { Rig } from "../rig/rig.ts";

/** Ten slots, so that four workers fit on two cores: what is asked is whether they get into each other's way. */
const slots = 10;
const counts = [1, 2, 4];

export const growthWorkers: Bench = {
  name: "growth-workers",
  shows: "1, 2 and 4 workers with 20 ms handlers on one queue",
  async run(rig) {
    const sides: Side[] = [];
    for (const count of counts) sides.push(await workersSide(rig, count));
    const rounds = await alternate(sides, { ...rig.alternation, rounds: Math.min(3, rig.sizes.rounds) });
    const perSecond = (count: number) => spreadOver(rounds, nameOf(count), (sample) => sample.perSecond);
    const points = counts.map((count) => ({ x: count, y: perSecond(count) }));
    const value = ratioOver(rounds, [nameOf(4), nameOf(1)], (sample) => sample.perSecond);
    const note = `${slots} slots each`;
    return [
      {
        goal: "growth-workers",
        what: "messages per second, 4 workers to 1",
        unit: "×",
        value,
        note,
        isDisturbed: rounds.isDisturbed,
      },
      {
        what: "messages by workers",
        unit: "per second",
        value: perSecond(4),
        curve: { title: "messages per second", xName: "workers", points },
      },
    ];
  },
};

const nameOf = (count: number) => `${count} worker${count > 1 ? "s" : ""}`;

async function workersSide(rig: Rig, count: number): Promise<Side> {
  const queues = await rig.createQueues();
  const environment = { AWS_ENDPOINT_URL_SQS: new URL(queues.giftUrl).origin };
  const command = ["tests/bench/process/consumer.ts", queues.giftUrl, "20ms", String(slots)];
  const start = (index: number) => rig.start({ name: `worker-${index + 1}-of-${count}`, command, environment });
  const consumers = await Promise.all(Array.from({ length: count }, (_, index) => start(index)));
  const bodies = (number: number) => `message ${number}`;
  return drainSide(rig, { name: nameOf(count), consumers, queues, guessPerSecond: 600 * count, bodies });
}
