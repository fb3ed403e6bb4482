import { type AtEnd, startTogether } from "@gift/rehearsal/system/ending";
import { expect, test } from "vitest";

/** Starts two parts that say when they end, and a third that may not start. */
function parts(ended: string[], canStart = true) {
  return async (atEnd: AtEnd) => {
    for (const name of ["first", "second"])
      atEnd(() => {
        ended.push(name);
        return Promise.resolve();
      });
    if (!canStart) throw new Error("the third can't start");
    return { name: "all" };
  };
}

test("parts end in the opposite order, and once, however often they are stopped", async () => {
  const ended: string[] = [];
  const { name, stop } = await startTogether(parts(ended));
  expect({ name, ended }).toEqual({ name: "all", ended: [] });
  await Promise.all([stop(), stop()]);
  await stop();
  expect(ended).toEqual(["second", "first"]);
});

test("where one can't start, those that did have ended when it is told", async () => {
  const ended: string[] = [];
  await expect(startTogether(parts(ended, false))).rejects.toThrow("the third can't start");
  expect(ended).toEqual(["second", "first"]);
});
