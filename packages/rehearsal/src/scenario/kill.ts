import { setTimeout as pause } from "node:timers/promises";
import type { Scenario } from "./scenario.ts";
import type { Scene } from "./scene.ts";

const seconds = { short: 6, long: 40 };
/** Between two kills, in milliseconds. */
const pauses = { least: 100, most: 900 };
/** A killed worker's messages stay hidden for 30 s on AWS; nobody rehearses waiting. */
const hiddenSeconds = 3;

export const kill: Scenario = {
  name: "kill",
  injected: "kill -9 of a random process, again and again",
  shows: "whatever instant a process dies at, its work is done by another one, once",
  expects: [],
  async inject(scene) {
    scene.system.sqs.hideFor(hiddenSeconds);
    scene.say(`SQS shows a killed worker's messages again after ${hiddenSeconds} s instead of 30`);
    const until = Date.now() + (scene.isShort ? seconds.short : seconds.long) * 1_000;
    let kills = 0;
    while (Date.now() < until) {
      if (killOne(scene)) kills += 1;
      await pause(pauses.least + scene.random() * (pauses.most - pauses.least));
    }
    scene.say(`${kills} kills`);
  },
  async repair({ step, system, until }) {
    await step("nothing to do: each is started again", () =>
      until("every process to run again", () =>
        Object.values(system.services).every(({ running, desired }) => running === desired),
      ),
    );
    system.sqs.hideFor(undefined);
  },
};

function killOne({ system, random }: Scene): boolean {
  const tasks = Object.values(system.services).flatMap((service) => service.tasks);
  return tasks[Math.floor(random() * tasks.length)]?.crash() ?? false;
}
