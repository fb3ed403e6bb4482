import { createBatcher } from "@gift/batch/batcher";
import { BatcherFullError } from "@gift/batch/error";
import { expect, test, vi } from "vitest";

type Results = readonly PromiseSettledResult<string>[];

/** A run whose batches are recorded and finished by hand, so that a test decides what is in flight when. */
function createManualRun() {
  const batches: { items: readonly number[]; finish(results?: Results): void; fail(err: unknown): void }[] = [];
  const run = (items: readonly number[]) => {
    const { promise, resolve, reject } = Promise.withResolvers<Results>();
    batches.push({ items, finish: (results = items.map(succeed)) => resolve(results), fail: reject });
    return promise;
  };
  const at = (index: number) => batches[index] ?? expect.fail(`there is no batch ${index}`);
  return { run, at, sizes: () => batches.map((batch) => batch.items.length) };
}

const succeed = (item: number) => ({ status: "fulfilled" as const, value: `done ${item}` });
const nextTick = () => new Promise((resolve) => setImmediate(resolve));

test("a lone item travels at once", async () => {
  const manual = createManualRun();
  const batcher = createBatcher({ maxItems: 10, maxParallel: 1, run: manual.run });
  const result = batcher.add(1);
  await nextTick();
  expect(manual.sizes()).toEqual([1]);
  manual.at(0).finish();
  expect(await result).toBe("done 1");
  expect(batcher.size()).toBe(0);
});

test("items of one tick travel together, and what arrives during a call goes out in the next", async () => {
  const manual = createManualRun();
  const batcher = createBatcher({ maxItems: 10, maxParallel: 1, run: manual.run });
  const first = [1, 2, 3].map((item) => batcher.add(item));
  await nextTick();
  const second = [4, 5].map((item) => batcher.add(item));
  await nextTick();
  expect(manual.sizes()).toEqual([3]);
  expect(batcher.size()).toBe(5);
  manual.at(0).finish();
  expect(await Promise.all(first)).toEqual(["done 1", "done 2", "done 3"]);
  await nextTick();
  manual.at(1).finish();
  expect(await Promise.all(second)).toEqual(["done 4", "done 5"]);
});

test("no run carries more than maxItems and no more than maxParallel runs are in flight", async () => {
  const manual = createManualRun();
  const batcher = createBatcher({ maxItems: 2, maxParallel: 2, run: manual.run });
  const all = [1, 2, 3, 4, 5].map((item) => batcher.add(item));
  await nextTick();
  expect(manual.sizes()).toEqual([2, 2]);
  manual.at(1).finish();
  await nextTick();
  expect(manual.sizes()).toEqual([2, 2, 1]);
  manual.at(0).finish();
  manual.at(2).finish();
  await Promise.all(all);
});

test("an item's failure is its own; a call's failure is everyone's", async () => {
  const manual = createManualRun();
  const batcher = createBatcher({ maxItems: 2, maxParallel: 2, run: manual.run });
  const settled = Promise.allSettled([1, 2, 3, 4].map((item) => batcher.add(item)));
  await nextTick();
  manual.at(0).finish([succeed(1), { status: "rejected", reason: "entry" }]);
  manual.at(1).fail("call");
  expect(await settled).toMatchObject([
    { value: "done 1" },
    { reason: "entry" },
    { reason: "call" },
    { reason: "call" },
  ]);
});

test("an item that a run forgets to answer is rejected instead of waiting for ever", async () => {
  const manual = createManualRun();
  const batcher = createBatcher({ maxItems: 2, maxParallel: 1, run: manual.run });
  const settled = Promise.allSettled([batcher.add(1), batcher.add(2)]);
  await nextTick();
  manual.at(0).finish([succeed(1)]);
  const [answered, forgotten] = await settled;
  expect(answered.status).toBe("fulfilled");
  expect(forgotten).toMatchObject({ reason: new Error("the batch's run returned no result for this item") });
});

test("a run that throws before it returns a promise fails its items, and the batcher goes on", async () => {
  let calls = 0;
  const batcher = createBatcher<number, string>({
    maxItems: 2,
    maxParallel: 1,
    run(items) {
      calls += 1;
      if (calls === 1) throw new Error("thrown at once");
      return Promise.resolve(items.map(succeed));
    },
  });
  await expect(batcher.add(1)).rejects.toThrow("thrown at once");
  expect(await batcher.add(2)).toBe("done 2");
});

test("an unfilled batch lingers for company, a full one doesn't", async () => {
  const manual = createManualRun();
  const batcher = createBatcher({ maxItems: 3, maxParallel: 4, lingerMilliseconds: 30, run: manual.run });
  const startedAt = performance.now();
  const all = [1, 2, 3, 4].map((item) => batcher.add(item));
  await nextTick();
  expect(manual.sizes()).toEqual([3]);
  await expect.poll(() => manual.sizes(), { interval: 2 }).toEqual([3, 1]);
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(28);
  manual.at(0).finish();
  manual.at(1).finish();
  await Promise.all(all);
});

test("what has lingered while every run was taken goes out as soon as one ends", async () => {
  const manual = createManualRun();
  const batcher = createBatcher({ maxItems: 2, maxParallel: 1, lingerMilliseconds: 40, run: manual.run });
  const all = [batcher.add(1), batcher.add(2)];
  await nextTick();
  all.push(batcher.add(3));
  await new Promise((resolve) => setTimeout(resolve, 60)); // longer than the linger: item 3 is overdue
  expect(manual.sizes()).toEqual([2]);
  manual.at(0).finish();
  await nextTick();
  expect(manual.sizes()).toEqual([2, 1]);
  manual.at(1).finish();
  await Promise.all(all);
});

test("flush runs what lingers and resolves when nothing waits and nothing is in flight", async () => {
  const manual = createManualRun();
  const batcher = createBatcher({ maxItems: 2, maxParallel: 1, lingerMilliseconds: 60_000, run: manual.run });
  const all = [1, 2, 3].map((item) => batcher.add(item));
  let isFlushed = false;
  const flushed = batcher.flush().then(() => {
    isFlushed = true;
  });
  await nextTick();
  manual.at(0).finish();
  await nextTick();
  expect(isFlushed).toBe(false);
  manual.at(1).finish();
  await flushed;
  expect(batcher.size()).toBe(0);
  await Promise.all(all);
  await batcher.flush();
});

const companyMilliseconds = 50;
const longestMilliseconds = 200;

function createSociable() {
  const manual = createManualRun();
  const unfilled = { maxParallel: 1, companyMilliseconds, longestMilliseconds };
  const batcher = createBatcher({ maxItems: 2, maxParallel: 3, unfilled, run: manual.run });
  const add = (...items: number[]) => Promise.all(items.map((item) => batcher.add(item)));
  return { ...manual, batcher, add };
}

test("while a run is in flight, what is unfilled waits for it to end, and full batches don't", async () => {
  const { add, at, sizes } = createSociable();
  const all = [add(1)];
  await nextTick();
  all.push(add(2));
  await nextTick();
  expect(sizes()).toEqual([1]);
  all.push(add(3));
  await nextTick();
  expect(sizes()).toEqual([1, 2]);
  at(0).finish();
  at(1).finish();
  await Promise.all(all);
});

test("alone after a lone run's end, what waited goes at once", async () => {
  const { add, at, sizes } = createSociable();
  const first = add(1);
  await nextTick();
  const second = add(2);
  at(0).finish();
  await first;
  await nextTick();
  expect(sizes()).toEqual([1, 1]);
  at(1).finish();
  await second;
});

test("after a full batch the rest waits for company, which takes it along, or goes alone when none comes", async () => {
  const { add, at, sizes } = createSociable();
  const all = [add(1, 2, 3)];
  await nextTick();
  at(0).finish();
  await nextTick();
  expect(sizes()).toEqual([2]);
  all.push(add(4));
  await nextTick();
  expect(sizes()).toEqual([2, 2]);
  at(1).finish();
  const startedAt = performance.now();
  all.push(add(5));
  await vi.waitUntil(() => sizes().length === 3, { timeout: 5_000, interval: 1 });
  expect(performance.now() - startedAt).toBeGreaterThan(companyMilliseconds / 2);
  at(2).finish();
  await Promise.all(all);
});

test("a flush waits for nobody's company", async () => {
  const { add, at, batcher, sizes } = createSociable();
  const all = add(1, 2, 3);
  await nextTick();
  const flushed = batcher.flush();
  await nextTick();
  expect(sizes()).toEqual([2, 1]);
  at(0).finish();
  at(1).finish();
  await Promise.all([all, flushed]);
});

test("a run that hangs holds what is unfilled up for a bounded time, again and again while places are free", async () => {
  const { add, at, sizes } = createSociable();
  const all = [add(1)];
  await nextTick();
  const startedAt = performance.now();
  all.push(add(2));
  await vi.waitUntil(() => sizes().length === 2, { timeout: 5_000, interval: 1 });
  expect(performance.now() - startedAt).toBeGreaterThan(longestMilliseconds * 0.9);
  all.push(add(3));
  await vi.waitUntil(() => sizes().length === 3, { timeout: 5_000, interval: 1 });
  expect(performance.now() - startedAt).toBeGreaterThan(longestMilliseconds * 1.9);
  expect(sizes()).toEqual([1, 1, 1]);
  for (const run of [0, 1, 2]) at(run).finish();
  await Promise.all(all);
});

test("what has waited its time while every run was taken goes unfilled as soon as one ends", async () => {
  const { add, at, sizes } = createSociable();
  const all = [add(1, 2, 3, 4, 5, 6)];
  await nextTick();
  all.push(add(7));
  await new Promise((resolve) => setTimeout(resolve, longestMilliseconds * 1.2)); // longer than it waits for company
  expect(sizes()).toEqual([2, 2, 2]);
  at(0).finish();
  await nextTick();
  expect(sizes()).toEqual([2, 2, 2, 1]);
  for (const run of [1, 2, 3]) at(run).finish();
  await Promise.all(all);
});

test("a batch takes so many that wait and no more: the next is refused at once, and taken again when there is room", async () => {
  const manual = createManualRun();
  const limits = { maxItems: 2, maxParallel: 1, mostWaiting: 3 };
  const batcher = createBatcher({ ...limits, run: manual.run });
  const all = [batcher.add(1), batcher.add(2)];
  await nextTick();
  all.push(batcher.add(3), batcher.add(4), batcher.add(5));
  await expect(batcher.add(6)).rejects.toThrow(BatcherFullError);
  expect(batcher.size()).toBe(5);
  manual.at(0).finish();
  await nextTick();
  all.push(batcher.add(7));
  for (const index of [1, 2]) {
    manual.at(index).finish();
    await nextTick();
  }
  expect(await Promise.all(all)).toEqual([1, 2, 3, 4, 5, 7].map((item) => `done ${item}`));
});
