import type { Bench } from "../bench.ts";
import { type Finding, sidesOf } from "../finding.ts";
import { alternate, ratioOver, type Side } from "../measure/alternate.ts";
import type { HandlerKind } from "../process/handler.ts";
import { drainSide } from "../rig/drain.ts";
import type { Rig } from "../rig/rig.ts";

const slots = 40;

/** What a first load may reach; later ones are laid out by what was reached. */
const guessPerSecond = 45_000;

interface Comparison {
  readonly kind: HandlerKind;
  readonly goals: readonly [
    "drain-none" | "drain-5ms" | "drain-slow",
    "drain-none-batch" | "drain-5ms-batch" | "drain-slow-batch",
  ];
  /** sqs-consumer's batch handler at its best: 40 slots, and more where handlers take no time. */
  readonly batchConsumers: number;
}

const comparisons: readonly Comparison[] = [
  { kind: "none", goals: ["drain-none", "drain-none-batch"], batchConsumers: 10 },
  { kind: "5ms", goals: ["drain-5ms", "drain-5ms-batch"], batchConsumers: 4 },
  { kind: "5ms-slow", goals: ["drain-slow", "drain-slow-batch"], batchConsumers: 4 },
];

export const drain: Bench = {
  name: "drain",
  shows: "our consumer against sqs-consumer, handlers of 0 ms, 5 ms, and 5 ms of which 5 % take 300",
  async run(rig) {
    const findings: Omit<Finding, "bench">[] = [];
    for (const comparison of comparisons) findings.push(...(await compare(rig, comparison)));
    return findings;
  },
};

async function compare(rig: Rig, { kind, goals, batchConsumers }: Comparison): Promise<Omit<Finding, "bench">[]> {
  const sides = [
    await side(rig, "ours", (url) => ["tests/bench/process/consumer.ts", url, kind, String(slots)]),
    await side(rig, "per message", (url) => sqsConsumer(url, "message", slots / 10, kind)),
    await side(rig, "batch", (url) => sqsConsumer(url, "batch", batchConsumers, kind)),
  ];
  const say = (text: string) => rig.say(`${kind}: ${text}`);
  const rounds = await alternate(sides, { ...rig.alternation, rounds: Math.min(3, rig.sizes.rounds), say });
  const shared = { unit: "×", isDisturbed: rounds.isDisturbed } as const;
  const ratio = (peer: string) => ratioOver(rounds, ["ours", peer], (sample) => sample.perSecond);
  const what = (peer: string) => `handlers ${kind}, messages per second, ours to sqs-consumer's ${peer}`;
  return [
    { goal: goals[0], what: what("per message"), value: ratio("per message"), sides: sidesOf(rounds), ...shared },
    { goal: goals[1], what: what("batch"), value: ratio("batch"), ...shared },
  ];
}

function sqsConsumer(url: string, mode: "message" | "batch", consumers: number, kind: HandlerKind): string[] {
  return ["tests/bench/peer/sqs-consumer.ts", url, mode, String(consumers), kind];
}

async function side(rig: Rig, name: string, command: (url: string) => readonly string[]): Promise<Side> {
  const queues = await rig.createQueues();
  const environment = { AWS_ENDPOINT_URL_SQS: new URL(queues.giftUrl).origin };
  const child = await rig.start({ name: `drain-${name}`, command: command(queues.giftUrl), environment });
  const bodies = (number: number) => `message ${number}`;
  return drainSide(rig, { name, consumers: [child], queues, guessPerSecond, bodies });
}
