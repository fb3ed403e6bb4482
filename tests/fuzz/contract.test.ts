import { describe, expect, test } from "vitest";
import { violationsOf } from "./contract.ts";
import type { WireAnswer } from "./wire.ts";

const id = "00000000-0000-7000-8000-000000000000";
const sent = `{"gift_id":"${id}","status":"QUEUED","request_id":"key-1"}`;

function answer(status: number, body: string, headers: Record<string, string> = {}): WireAnswer {
  return { status, body, headers: new Map(Object.entries({ "content-type": "application/json", ...headers })) };
}

const error = (code: string) => `{"error":{"code":"${code}","message":"no"}}`;
const challenge = { "www-authenticate": "Bearer" };
const rateLimit = { "ratelimit-policy": '"key";q=1200;w=60', ratelimit: '"key";r=0;t=60' };
const replayed = { "idempotent-replayed": "true" };
const created = `{"gift_id":"${id}","code":"${id}","status":"CREATED","created_at":"2026-11-22T03:20:02.182Z"}`;

describe("an answer as the document has it has no violations", () => {
  test.each<[string, string, string, WireAnswer]>([
    ["a creation", "POST", "/gifts", answer(201, created, { location: `/gifts/${id}` })],
    ["a replay", "POST", `/gifts/${id}/send`, answer(200, sent, replayed)],
    ["a send, with its limit", "POST", `/gifts/${id}/send`, answer(202, sent, rateLimit)],
    ["no key", "GET", "/operator/dead-letters", answer(401, error("UNAUTHORIZED"), challenge)],
    ["no route", "GET", "/nowhere", answer(404, error("NOT_FOUND"))],
    ["a head", "HEAD", `/gifts/${id}`, answer(404, "")],
    ["the page", "GET", "/docs", answer(200, "<html>", { "content-type": "text/html; charset=utf-8" })],
  ])("%s", (_name, method, target, given) => expect(violationsOf(method, target, given)).toEqual([]));
});

describe("what isn't as the document has it is found", () => {
  test.each<[string, string, string, WireAnswer, RegExp]>([
    ["a code of another status", "GET", "/gifts/x", answer(400, error("NOT_FOUND")), /^400 with the code NOT_FOUND$/],
    ["one where there is no route", "GET", "/x", answer(404, error("CONFLICT")), /^404 with the code CONFLICT$/],
    ["a creation without its place", "POST", "/gifts", answer(201, created), /^201 without Location$/],
    ["a creation elsewhere", "POST", "/gifts", answer(201, created, { location: "/" }), /^Location: \/ is not/],
    [
      "a replay that doesn't say so",
      "POST",
      `/gifts/${id}/send`,
      answer(200, sent),
      /^200 without Idempotent-Replayed$/,
    ],
    ["a send that says so", "POST", `/gifts/${id}/send`, answer(202, sent, replayed), /^202 with Idempotent-Replayed/],
    ["a 401 without a challenge", "GET", "/x", answer(401, error("UNAUTHORIZED")), /^401 without WWW-Authenticate$/],
    [
      "an odd wait",
      "GET",
      "/x",
      answer(503, error("SERVICE_UNAVAILABLE"), { "retry-after": "soon" }),
      /^Retry-After: soon/,
    ],
    ["an overload without a wait", "GET", "/x", answer(503, error("SERVICE_UNAVAILABLE")), /^503 without Retry-After$/],
    [
      "a used up limit that isn't told",
      "GET",
      `/gifts/${id}`,
      answer(429, error("RATE_LIMITED"), { "retry-after": "1", "ratelimit-policy": '"key";q=1;w=60' }),
      /^429 without RateLimit$/,
    ],
    ["a limit of a health check", "GET", "/healthz", answer(200, '{"status":"ok"}', rateLimit), /^200 with RateLimit/],
    ["another type", "HEAD", `/gifts/${id}`, answer(404, "", { "content-type": "text/html" }), /^content-type: text/],
    ["a status of its own", "GET", `/gifts/${id}`, answer(418, "{}"), /^getGift answered 418/],
    ["innards", "GET", "/gifts/x", answer(400, error("VALIDATION_ERROR").replace("no", "kysely")), /^innards: /],
  ])("%s", (_name, method, target, given, expected) => {
    expect(violationsOf(method, target, given)).toContainEqual(expect.stringMatching(expected));
  });
});
