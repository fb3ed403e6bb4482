import type { Bench } from "../bench.ts";
import { alternate, type Side, spreadOver } from "../measure/alternate.ts";
import { drainSide } from "../rig/drain.ts";
import type { Rig } from "../rig/rig.ts";

/** Ours are 100 bytes; SQS takes 1 MiB. */
const sizes = [100, 1_000, 10_000];
const slots = 40;

export const growthMessage: Bench = {
  name: "growth-message",
  shows: "no-op handlers with messages of 100 bytes to 10 kB",
  async run(rig) {
    const sides: Side[] = [];
    for (const size of sizes) sides.push(await sizeSide(rig, size));
    const rounds = await alternate(sides, { ...rig.alternation, rounds: Math.min(2, rig.sizes.rounds) });
    const points = sizes.map((size) => ({
      x: size,
      y: spreadOver(rounds, nameOf(size), (sample) => sample.processor.worker ?? Number.NaN),
    }));
    const perSecond = spreadOver(rounds, nameOf(sizes.at(-1) ?? 0), (sample) => sample.perSecond);
    const note = "the curve is the consumer's CPU per message in µs: the emulator's, on the same cores, grows faster";
    const curve = { title: "consumer's CPU per message, µs", xName: "bytes", points };
    return [{ what: `messages of ${nameOf(sizes.at(-1) ?? 0)}`, unit: "per second", value: perSecond, note, curve }];
  },
};

const nameOf = (size: number) => `${size.toLocaleString("en")} bytes`;

async function sizeSide(rig: Rig, size: number): Promise<Side> {
  const queues = await rig.createQueues();
  const consumer = await rig.start({
    name: `messages-of-${size}`,
    command: ["tests/bench/process/consumer.ts", queues.giftUrl, "none", String(slots)],
    environment: { AWS_ENDPOINT_URL_SQS: new URL(queues.giftUrl).origin },
  });
  const bodies = () => "x".repeat(size);
  return drainSide(rig, { name: nameOf(size), consumers: [consumer], queues, guessPerSecond: 45_000, bodies });
}
