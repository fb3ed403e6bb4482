import { setTimeout as sleep } from "node:timers/promises";
import { createBatcher } from "@gift/batch/batcher";
import fc from "fast-check";
import { expect, test } from "vitest";
import { inVirtualTime } from "../support/virtual-time/install.ts";
import { check, patience, seed } from "./check.ts";

const sizes = {
  maxItems: fc.integer({ min: 1, max: 10 }),
  maxParallel: fc.integer({ min: 1, max: 4 }),
};

test(
  `whatever order calls end in, each item gets its own result and every call stays within its bounds (seed ${seed})`,
  async () => {
    const property = fc.asyncProperty(
      fc.record({
        ...sizes,
        items: fc.array(fc.constantFrom("fulfilled", "rejected", "run fails"), { maxLength: 60 }),
      }),
      fc.scheduler(),
      async ({ maxItems, maxParallel, items }, scheduler) => {
        let running = 0;
        const order: number[] = [];
        const batcher = createBatcher<number, string>({
          maxItems,
          maxParallel,
          async run(batch) {
            running += 1;
            expect(running).toBeLessThanOrEqual(maxParallel);
            expect(batch.length).toBeLessThanOrEqual(maxItems);
            order.push(...batch);
            await scheduler.schedule(Promise.resolve(), "call");
            running -= 1;
            if (batch.some((item) => items[item] === "run fails")) throw new Error("the call failed");
            return batch.map((item) =>
              items[item] === "rejected"
                ? { status: "rejected", reason: new Error(`no ${item}`) }
                : { status: "fulfilled", value: `yes ${item}` },
            );
          },
        });
        const results = Promise.allSettled(
          items.map(async (_, item) => {
            await scheduler.schedule(Promise.resolve(), "add");
            return { item, answer: await batcher.add(item) };
          }),
        );
        await scheduler.waitFor(results);
        for (const [item, result] of (await results).entries()) {
          if (result.status === "fulfilled") expect(result.value).toEqual({ item, answer: `yes ${item}` });
          else expect([`no ${item}`, "the call failed"]).toContain(result.reason.message);
          if (items[item] !== "fulfilled") expect(result.status).toBe("rejected");
        }
        // None is lost, none runs twice.
        expect(order.toSorted((one, other) => one - other)).toEqual(items.map((_, item) => item));
        expect(batcher.size()).toBe(0);
      },
    );
    await check(property, 400);
  },
  patience,
);

test(
  `an item lingers no longer than it may while a call is free, and flush leaves nothing behind (seed ${seed})`,
  async () => {
    const property = fc.asyncProperty(
      fc.record({
        ...sizes,
        lingerMilliseconds: fc.constantFrom(0, 5, 80),
        callMilliseconds: fc.integer({ min: 1, max: 50 }),
        items: fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 40 }),
        flushAtMilliseconds: fc.integer({ min: 0, max: 400 }),
      }),
      ({ maxItems, maxParallel, lingerMilliseconds, callMilliseconds, items, flushAtMilliseconds }) =>
        inVirtualTime({ seed: 1 }, async (clock) => {
          const addedAt = new Map<number, number>();
          const calls: { from: number; until: number }[] = [];
          const batcher = createBatcher<number, void>({
            maxItems,
            maxParallel,
            lingerMilliseconds,
            async run(batch) {
              const now = clock.now();
              for (const item of batch) {
                const since = addedAt.get(item) ?? Number.NEGATIVE_INFINITY;
                const isSaturated =
                  calls.filter(({ from, until }) => from <= now && until >= since).length >= maxParallel;
                if (!isSaturated) expect(now - since).toBeLessThanOrEqual(lingerMilliseconds + 1);
              }
              calls.push({ from: now, until: now + callMilliseconds });
              await sleep(callMilliseconds);
              return batch.map(() => ({ status: "fulfilled", value: undefined }));
            },
          });
          const added = items.map(async (atMilliseconds, item) => {
            await sleep(atMilliseconds);
            addedAt.set(item, clock.now());
            await batcher.add(item);
          });
          await sleep(flushAtMilliseconds);
          await batcher.flush();
          expect(batcher.size()).toBe(0);
          await Promise.all(added);
        }),
    );
    await check(property, 400);
  },
  patience,
);
