import { parseTestValue, type TestValue } from "@gift/core/gift/test-value";
import { expect, test } from "vitest";

const values: [string, TestValue][] = [
  ["test:fail-always", { kind: "fail-always" }],
  ["test:permanent", { kind: "permanent" }],
  ["test:fail-first-1", { kind: "fail-first", calls: 1 }],
  ["test:fail-first-99", { kind: "fail-first", calls: 99 }],
  ["test:slow-1", { kind: "slow", milliseconds: 1 }],
  ["test:slow-60000", { kind: "slow", milliseconds: 60_000 }],
];

test.each(values)("%s steers the simulated provider", (message, expected) => {
  expect(parseTestValue(message)).toEqual(expected);
});

test.each([
  null,
  "",
  "happy birthday",
  "test:",
  "test:fail-first-0",
  "test:fail-first-100",
  "test:fail-first-05",
  "test:fail-first-",
  "test:fail-first-5x",
  "test:fail-first-1e1",
  "test:slow-0",
  "test:slow-60001",
  "test:slow-0.5",
  "test:slow-٣",
  "TEST:PERMANENT",
  "test:permanent ",
  "test:permanent\n",
  "test:slow-5\n",
  " test:fail-always",
  "please test:fail-always",
])("%j is an ordinary message", (message) => {
  expect(parseTestValue(message)).toBeUndefined();
});
