import { until } from "@gift/chaos/until";
import { expect, test } from "vitest";

test("waits until it is so, whatever went wrong before", async () => {
  let attempts = 0;
  await until("the third attempt", () => {
    attempts += 1;
    if (attempts === 1) throw new Error("away");
    return attempts === 3;
  });
  expect(attempts).toBe(3);
});

test("gives up with what it waited for, and the last error as the cause", async () => {
  const away = new Error("away");
  const waiting = until("Postgres", () => Promise.reject(away), 0);
  await expect(waiting).rejects.toMatchObject({ message: "waited 0 s for Postgres", cause: away });
});
