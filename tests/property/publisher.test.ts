import { test } from "vitest";
import { check, patience, seed } from "./check.ts";
import { publisherKeepsItsPromises } from "./publisher/property.ts";

test(
  `a publish that resolves is in SQS, and one that rejects says whether to try again (seed ${seed})`,
  async () => {
    await check(publisherKeepsItsPromises, 500);
  },
  patience,
);
