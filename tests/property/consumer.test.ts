import { test } from "vitest";
import { check, seed } from "./check.ts";
import { consumerKeepsItsPromises } from "./consumer/property.ts";

test(`consumers under random faults, kills, freezes and stops keep every promise (seed ${seed})`, async () => {
  await check(consumerKeepsItsPromises, 1_500);
}, 300_000);
