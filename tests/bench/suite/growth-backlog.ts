import { setTimeout as pause } from "node:timers/promises";
import type { Bench } from "../bench.ts";
import { type Spread, spreadOf } from "../measure/spread.ts";
import type { Rig } from "../rig/rig.ts";

const slots = 40;

export const growthBacklog: Bench = {
  name: "growth-backlog",
  shows: "how fast backlogs of 10² to 10⁵ messages are worked off",
  async run(rig) {
    const points: { x: number; y: Spread }[] = [];
    for (const backlog of rig.sizes.backlogs) points.push({ x: backlog, y: spreadOf([await workOff(rig, backlog)]) });
    const value = points.at(-1)?.y ?? spreadOf([]);
    const note = "no-op handlers, from the first poll to the last message; a short one is mostly the start";
    const curve = { title: "messages per second", xName: "messages", points };
    return [{ what: "messages by backlog", unit: "per second", value, note, curve }];
  },
};

async function workOff(rig: Rig, backlog: number): Promise<number> {
  rig.say(`a backlog of ${backlog.toLocaleString("en")}`);
  const queues = await rig.createQueues();
  await queues.fill((number) => `message ${number}`, { first: 1, count: backlog });
  const consumer = await rig.start({
    name: "backlog",
    command: ["tests/bench/process/consumer.ts", queues.giftUrl, "none", String(slots)],
    environment: { AWS_ENDPOINT_URL_SQS: new URL(queues.giftUrl).origin },
  });
  const since = performance.now();
  await consumer.ask("start");
  while (((await consumer.ask("counts")).handled ?? 0) < backlog) {
    if (performance.now() - since > 120_000) throw new Error("the backlog wasn't worked off within 120 s");
    await pause(5);
  }
  const perSecond = (backlog / (performance.now() - since)) * 1_000;
  await consumer.stop();
  return perSecond;
}
