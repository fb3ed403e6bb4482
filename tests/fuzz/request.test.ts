import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { check, patience, seed } from "../property/check.ts";
import { type FiredAt, isMemoryKnown, residentMebibytes, startFiredAt, storedRows } from "./fired-at.ts";
import { wrongsOf } from "./judge.ts";
import { properTo, sureVolleys } from "./proper.ts";
import { type FuzzRequest, strangeTo } from "./request.ts";
import { exchange, type WireAnswer } from "./wire.ts";

/** Times up to 20 requests at once. */
const volleys = 400;

/** Twice what it needs when it has just started; a leak of one body per request would be far above it. */
const mostMebibytes = 400;

describe.each(["none", "api-key"] as const)(
  `with authentication %s, seed ${seed}: whatever is sent`,
  (authentication) => {
    let fired: FiredAt;
    const answered = new Map<number, number>();
    beforeAll(async () => {
      fired = await startFiredAt(authentication);
    });
    afterAll(() => fired.stop());

    async function fire(request: FuzzRequest): Promise<WireAnswer | undefined> {
      const answer = await exchange(fired.api.port, request);
      if (answer) answered.set(answer.status, (answered.get(answer.status) ?? 0) + 1);
      return answer;
    }

    test("is answered as the document says, or not at all, and only what was answered so is stored", {
      timeout: patience,
    }, async () => {
      const request = fc.oneof({ weight: 9, arbitrary: strangeTo(fired) }, { weight: 1, arbitrary: properTo(fired) });
      const volley = fc.array(request, { minLength: 1, maxLength: 20, size: "max" });
      const property = fc.asyncProperty(volley, async (requests) => {
        const before = await storedRows(fired.database);
        const answers = await Promise.all(requests.map(fire));
        expect(requests.flatMap((request, index) => wrongsOf(authentication, request, answers[index]))).toEqual([]);
        const after = await storedRows(fired.database);
        const count = (status: number) => answers.filter((answer) => answer?.status === status).length;
        // Whoever hangs up with a request under way may not hear what became of it; nobody else.
        const unheard = answers.filter((answer) => answer === undefined).length;
        expectBetween(after.gifts - before.gifts, count(201), unheard);
        expectBetween(after.sends - before.sends, count(202), unheard);
        if (count(200) === 0) expect(after.closed).toBe(before.closed);
      });
      await check(
        property,
        volleys,
        sureVolleys(fired, authentication).map((each) => [each]),
      );
    });

    test("the process is alive afterwards, answers at once and has logged no fault", async () => {
      const startedAt = performance.now();
      expect((await fired.api.call("GET", "/healthz")).text).toBe('{"status":"ok"}');
      expect((await fired.api.call("GET", "/readyz")).text).toBe('{"status":"ready"}');
      expect(performance.now() - startedAt).toBeLessThan(2_000);
      expect(fired.api.logs.filter(({ event }) => event === "http.failed" || event === "http.unavailable")).toEqual([]);
    });

    test.skipIf(!isMemoryKnown)("it holds no more memory than before (asked of /proc)", async () => {
      expect(await residentMebibytes(fired.api.pid)).toBeLessThan(mostMebibytes);
    });

    test("it was no blank fire: successes and refusals of every kind are among the answers", () => {
      const kinds = [200, 201, 202, 400, 401, 404, 409, 413, 415];
      expect(kinds.filter((status) => !answered.has(status))).toEqual([]);
    });
  },
);

function expectBetween(actual: number, least: number, more: number): void {
  expect(actual).toBeGreaterThanOrEqual(least);
  expect(actual).toBeLessThanOrEqual(least + more);
}
