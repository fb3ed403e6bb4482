import { createDigestCollector, type Notice } from "@gift/worker/notification/digest";
import { expect, test } from "vitest";

function notice(fingerprint: string, overrides: Partial<Notice> = {}): Notice {
  return { fingerprint, error: `CODE: ${fingerprint}`, isNewError: false, giftId: "g", requestId: "r", ...overrides };
}

test("letters are counted by error, with the first three gifts as examples", () => {
  const collector = createDigestCollector();
  for (const giftId of ["1", "2", "3", "4"]) collector.add(notice("a", { giftId, requestId: `r${giftId}` }));
  collector.add(notice("b", { giftId: null, requestId: null }));
  expect(collector.take()).toEqual({
    letters: 5,
    otherLetters: 0,
    errors: [
      {
        fingerprint: "a",
        error: "CODE: a",
        isNewError: false,
        letters: 4,
        examples: [
          { giftId: "1", requestId: "r1" },
          { giftId: "2", requestId: "r2" },
          { giftId: "3", requestId: "r3" },
        ],
      },
      { fingerprint: "b", error: "CODE: b", isNewError: false, letters: 1, examples: [] },
    ],
  });
});

test("new errors come first, then those with the most letters; an error stays new with its later letters", () => {
  const collector = createDigestCollector();
  for (const name of ["few", "many", "many", "many"]) collector.add(notice(name));
  collector.add(notice("new", { isNewError: true }));
  collector.add(notice("new"));
  expect(collector.hasNewError()).toBe(true);
  const { errors } = collector.take();
  expect(errors.map(({ fingerprint, letters, isNewError }) => [fingerprint, letters, isNewError])).toEqual([
    ["new", 2, true],
    ["many", 3, false],
    ["few", 1, false],
  ]);
});

test("what was taken is gone", () => {
  const collector = createDigestCollector();
  collector.add(notice("a", { isNewError: true }));
  collector.take();
  expect([collector.letters(), collector.hasNewError()]).toEqual([0, false]);
  expect(collector.take()).toEqual({ letters: 0, errors: [], otherLetters: 0 });
});

test("whatever is added, it holds ten errors of three examples; the rest is a number", () => {
  const collector = createDigestCollector();
  for (let index = 0; index < 100_000; index += 1) collector.add(notice(`error-${index % 1_000}`));
  const digest = collector.take();
  expect(digest).toMatchObject({ letters: 100_000, otherLetters: 99_000 });
  expect(digest.errors).toHaveLength(10);
  expect(digest.errors.every(({ letters, examples }) => letters === 100 && examples.length === 3)).toBe(true);
});

test("put back, a digest and what came meanwhile are one, no letter lost and none counted twice", () => {
  const collector = createDigestCollector();
  for (let index = 0; index < 12; index += 1) collector.add(notice(`old-${index}`, { giftId: "old" }));
  const untold = collector.take();
  collector.add(notice("old-0", { giftId: "young", isNewError: true }));
  collector.add(notice("young"));
  collector.putBack(untold);
  expect(collector.letters()).toBe(14);
  const digest = collector.take();
  expect(digest.otherLetters).toBe(3);
  expect(digest.errors).toHaveLength(10);
  expect(digest.errors[0]).toMatchObject({
    fingerprint: "old-0",
    letters: 2,
    isNewError: true,
    examples: [{ giftId: "old" }, { giftId: "young" }],
  });
});
