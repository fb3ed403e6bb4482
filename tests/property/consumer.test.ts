import { LeaseLostError } from "@gift/queue/error";
import fc from "fast-check";
import { expect, test } from "vitest";
import { check, patience, seed } from "./check.ts";
import type { History } from "./consumer/history.ts";
import { consumerProgram } from "./consumer/program.ts";
import { consumerKeepsItsPromises } from "./consumer/property.ts";
import { runConsumers } from "./consumer/run.ts";
import { Tally } from "./tally.ts";

const happened = [
  "messages sent",
  "handlers run",
  "acknowledged",
  "retried",
  "released",
  "dead letters",
  "leases lost",
  "handlers aborted otherwise",
  "kills",
  "freezes",
  "stops",
  "duplicate deliveries",
  "calls that hung or failed",
] as const;

test(
  `consumers under random faults, kills, freezes and stops keep every promise (seed ${seed})`,
  async () => {
    const tally = new Tally(happened);
    await check(
      consumerKeepsItsPromises((history) => count(tally, history)),
      2_500,
    );
    expect(tally.missing()).toEqual([]);
    console.info("consumers:", JSON.stringify(tally.counts));
  },
  patience,
);

test(`a program runs the same way twice: what fails once fails again, and can be shrunk (seed ${seed})`, async () => {
  for (const program of fc.sample(consumerProgram, { seed, numRuns: 20 })) {
    const [first, second] = [await runConsumers(program), await runConsumers(program)].map(({ queue, lives }) => ({
      deliveries: queue.deliveries,
      calls: lives.map(({ calls }) => calls),
      fates: lives.map(({ fates }) => fates),
    }));
    expect(first).toEqual(second);
  }
}, 60_000);

function count(tally: Tally<(typeof happened)[number]>, { sent, lives, queue, deadLetters, faults }: History): void {
  tally.add("messages sent", sent.length);
  tally.add("dead letters", deadLetters?.messages.length ?? 0);
  tally.add("duplicate deliveries", queue.deliveries.filter(({ isDuplicated }) => isDuplicated).length);
  tally.add("calls that hung or failed", faults.throttle + faults.loseCall + faults.loseAnswer);
  for (const { handlings, fates, killedAt, stopAskedAt, frozen } of lives) {
    tally.add("handlers run", handlings.length);
    for (const { verdict } of fates) tally.add(nameOf[verdict.kind]);
    for (const { signal } of handlings.filter((each) => each.signal.aborted))
      tally.add(signal.reason instanceof LeaseLostError ? "leases lost" : "handlers aborted otherwise");
    tally.add("kills", killedAt === undefined ? 0 : 1);
    tally.add("stops", stopAskedAt === undefined ? 0 : 1);
    tally.add("freezes", frozen.length);
  }
}

const nameOf = { acknowledge: "acknowledged", retry: "retried", release: "released" } as const;
