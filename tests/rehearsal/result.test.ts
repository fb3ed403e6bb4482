import { report } from "@gift/rehearsal/report";
import { failuresOf, type Result } from "@gift/rehearsal/result";
import { describe, expect, test } from "vitest";

const held: Result = {
  scenario: "worker-stopped",
  injected: "both gift workers are gone",
  alerts: [
    {
      monitor: "queue-age-gift",
      priority: 1,
      isExpected: true,
      value: 301,
      threshold: 300,
      afterSeconds: 2,
      onAwsMinutes: 23,
    },
    {
      monitor: "outbox-age-gift",
      priority: 1,
      isExpected: false,
      value: 121,
      threshold: 120,
      afterSeconds: 3,
      onAwsMinutes: 12,
    },
  ],
  missing: [],
  stuck: [],
  detectedAfterSeconds: 2,
  repairedAfterSeconds: 6.04,
  affected: 82,
  retriedRequests: 0,
  audit: { accepted: 182, sent: 181, failed: 1, lost: [], doubled: [] },
  unsettled: { queued: 0, outbox: 0, messages: 0 },
  problems: [],
};

const gift = (number: number) => ({ giftId: `gift-${number}`, why: "it is QUEUED and nothing moves any more" });

describe("what makes a rehearsal fail", () => {
  test("nothing of one that held", () => expect(failuresOf(held)).toEqual([]));

  test.each<[string, Partial<Result>, RegExp]>([
    ["an expected monitor that stays silent", { missing: ["queue-age-gift"] }, /queue-age-gift should have alerted/],
    ["a monitor that never recovers", { stuck: ["circuit-open-gift"] }, /circuit-open-gift still alerts/],
    ["a lost gift", { audit: { ...held.audit, lost: [gift(1)] } }, /1 lost: it is QUEUED.*gift-1/],
    ["a doubled gift", { audit: { ...held.audit, doubled: [gift(2)] } }, /1 doubled: .*gift-2/],
    ["an outbox that doesn't empty", { unsettled: { ...held.unsettled, outbox: 3 } }, /outbox: 3 never ended/],
    ["a queue that doesn't empty", { unsettled: { ...held.unsettled, messages: 2 } }, /messages: 2 never ended/],
    ["what the scenario itself found", { problems: ["4 requests failed"] }, /4 requests failed/],
  ])("%s", (_, changes, sentence) => {
    expect(failuresOf({ ...held, ...changes })).toEqual([expect.stringMatching(sentence)]);
  });

  test("a hundred gifts lost for one reason are one sentence with a few of them", () => {
    const lost = Array.from({ length: 100 }, (_, number) => gift(number));
    const [sentence, ...others] = failuresOf({ ...held, audit: { ...held.audit, lost } });
    expect(others).toEqual([]);
    expect(sentence).toMatch(/^100 lost: .*gift-0, gift-1, gift-2$/);
  });
});

describe("the table", () => {
  const cells = (text: string) =>
    text
      .split("\n")
      .filter((line) => line.startsWith("│"))
      .map((line) => line.split("│").map((cell) => cell.trim()));

  test("has the promised columns, and numbers under them", () => {
    const [head = [], row = []] = cells(report([held], 240));
    const read = (column: string) => row[head.indexOf(column)];
    expect(read("scenario")).toBe("worker-stopped");
    expect(read("monitors that alerted")).toBe("queue-age-gift*, outbox-age-gift");
    expect(read("detected after")).toBe("2.0 s (on AWS 23 min)");
    expect(read("repaired after")).toBe("6.0 s");
    expect(["gifts affected", "accepted", "SENT", "FAILED", "lost", "doubled"].map(read)).toEqual([
      ...["82", "182", "181", "1", "0", "0"],
    ]);
  });

  test("says in which time it is, what is derived, and that all held", () => {
    const text = report([held], 240);
    expect(text).toContain("240 times shorter");
    expect(text).toContain("derived from the emulator");
    expect(text).toContain("✓ 1 of 1 rehearsals held.");
  });

  test("says what failed instead", () => {
    const text = report([held, { ...held, scenario: "kill", missing: ["queue-age-gift"] }], 60);
    expect(text).toContain("✗ kill: queue-age-gift should have alerted and didn't");
    expect(text).not.toContain("✓");
  });

  test("has a dash where nobody needed to notice", () => {
    const { detectedAfterSeconds: _, ...rest } = held;
    const [head = [], row = []] = cells(report([{ ...rest, alerts: [], detectedAfterSeconds: undefined }], 60));
    expect(row[head.indexOf("monitors that alerted")]).toBe("none");
    expect(row[head.indexOf("detected after")]).toBe("–");
  });
});
