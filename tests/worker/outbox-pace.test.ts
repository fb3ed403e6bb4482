import type { Swept } from "@gift/core/outbox/sweep";
import { createSweepPace, type SweepEnd } from "@gift/worker/outbox/pace";
import { createSweepReport } from "@gift/worker/outbox/report";
import { describe, expect, test } from "vitest";
import { captureLog } from "./captured-log.ts";

const done = (swept: Swept): SweepEnd => ({ kind: "swept", ...swept });
const refused = (claimed: number, message = "connect ECONNREFUSED") =>
  done({ claimed, published: 0, error: new Error(message) });
const postgresAway: SweepEnd = { kind: "failed", err: new Error("the database system is shutting down") };

describe("pace", () => {
  const pace = () => createSweepPace({ batch: 500, intervalMilliseconds: 1_000 });

  test("after a full sweep the next follows at once, after any other the interval", () => {
    const { pauseAfter } = pace();
    expect(pauseAfter(done({ claimed: 500, published: 500 }))).toBe(0);
    expect(pauseAfter(done({ claimed: 499, published: 499 }))).toBe(1_000);
    expect(pauseAfter(done({ claimed: 0, published: 0 }))).toBe(1_000);
  });

  test("while nothing can be published it probes with ten rows, until one gets through", () => {
    const { limit, pauseAfter } = pace();
    expect(pauseAfter(refused(500))).toBe(1_000);
    expect(limit()).toBe(10);
    expect(pauseAfter(done({ claimed: 0, published: 0 }))).toBe(1_000);
    expect(limit()).toBe(10);
    expect(pauseAfter(done({ claimed: 10, published: 1, error: new Error("nine refused") }))).toBe(0);
    expect(limit()).toBe(500);
  });

  test("a probe is never more than a batch", () => {
    const { limit, pauseAfter } = createSweepPace({ batch: 3, intervalMilliseconds: 1 });
    pauseAfter(refused(3));
    expect(limit()).toBe(3);
  });

  test("while Postgres is away the pause doubles from 0.2 to 10 s, and one answer resets it", () => {
    const { pauseAfter } = pace();
    const pauses = Array.from({ length: 8 }, () => pauseAfter(postgresAway));
    expect(pauses).toEqual([200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000]);
    pauseAfter(done({ claimed: 0, published: 0 }));
    expect(pauseAfter(postgresAway)).toBe(200);
  });
});

describe("report", () => {
  function reporter() {
    const clock = { now: 0 };
    const captured = captureLog();
    return { ...captured, clock, report: createSweepReport(captured.log, () => clock.now) };
  }

  test("an outage of an hour is a dozen lines, not one a second", () => {
    const { of, clock, report } = reporter();
    for (clock.now = 0; clock.now < 3_600_000; clock.now += 1_000) report(refused(10));
    expect(of("outbox.blocked")).toHaveLength(12);
  });

  test("another reason is said at once", () => {
    const { of, report } = reporter();
    report(refused(10));
    report(postgresAway);
    report(refused(10, "QueueDoesNotExist"));
    expect(of("outbox.blocked").map((line) => line.error_message)).toEqual([
      "connect ECONNREFUSED",
      "the database system is shutting down",
      "QueueDoesNotExist",
    ]);
  });

  test("after a recovery the next outage is said at once", () => {
    const { events, report } = reporter();
    report(refused(10));
    report(done({ claimed: 10, published: 10 }));
    report(refused(10));
    expect(events()).toEqual(["outbox.blocked", "outbox.swept", "outbox.blocked"]);
  });
});
