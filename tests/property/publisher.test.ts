import { test } from "vitest";
import { check, patience, seed } from "./check.ts";
import { publisherKeepsItsPromises } from "./publisher/property.ts";

test(
  `a publish that resolves is in SQS, and one that rejects has met a fault or can never be sent (seed ${seed})`,
  async () => {
    await check(publisherKeepsItsPromises, 500);
  },
  patience,
);
