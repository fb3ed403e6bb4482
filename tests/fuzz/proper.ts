import fc from "fast-check";
import type { FiredAt } from "./fired-at.ts";
import { type FuzzRequest, named } from "./request.ts";

/** A request whose answer is known beforehand: right, or wrong in one way. */
interface Proper {
  readonly operation: string;
  readonly statuses: readonly number[];
  readonly lines?: readonly string[];
  readonly body?: string;
  readonly key?: string;
}

const json = "content-type: application/json";
const unknownGift = "00000000-0000-7000-8000-000000000000";
const create = { operation: "POST /gifts", lines: [json], body: '{"amount":1}', statuses: [201] };

function send(giftId: string, key: string, statuses: readonly number[]): Proper {
  return { operation: `POST /gifts/${giftId}/send`, lines: [`idempotency-key: ${key}`], statuses };
}

/**
 * Right requests to any of the gifts: without them a fire at random may have next to nothing that gets through, however
 * long it is. Each gift's first send is accepted, whoever's it is; the next are replays and conflicts.
 */
export function properTo(fired: FiredAt): fc.Arbitrary<FuzzRequest> {
  const gift = fc.constantFrom(...fired.giftIds);
  const proper = fc.oneof<fc.Arbitrary<Proper>[]>(
    fc.constant(create),
    fc.tuple(gift, fc.constantFrom("key-1", "key-2")).map(([id, key]) => send(id, key, [200, 202, 409])),
    gift.map((id) => ({ operation: `GET /gifts/${id}`, statuses: [200] })),
    fc.constant({ operation: "GET /operator/dead-letters", statuses: [200] }),
  );
  return proper.map((each) => toRequest(fired, each));
}

/** One request for each status that a client may get, volley by volley, so that a replay comes after its send. */
export function sureVolleys(fired: FiredAt, authentication: "none" | "api-key"): FuzzRequest[][] {
  const { giftId } = fired;
  const first: Proper[] = [
    create,
    send(giftId, "key-1", [202]),
    send(unknownGift, "key-1", [404]),
    { ...create, body: '{"amount":0}', statuses: [400] },
    { ...create, body: " ".repeat(16_385), statuses: [413] },
    { ...create, lines: ["content-type: text/plain"], statuses: [415] },
    ...(authentication === "api-key" ? [{ ...create, key: "", statuses: [401] }] : []),
    { operation: "GET /operator/dead-letters", key: "", statuses: [401] },
    {
      operation: "POST /operator/dead-letters/discard",
      lines: [json],
      body: '{"filter":{}}',
      key: "",
      statuses: [401],
    },
  ];
  const second = [send(giftId, "key-1", [200]), send(giftId, "key-2", [409])];
  return [first, second].map((volley) => volley.map((each) => toRequest(fired, each)));
}

function toRequest({ keys }: FiredAt, { operation, statuses, lines = [], body = "", key }: Proper): FuzzRequest {
  const [method = "", target = ""] = operation.split(" ");
  const right = `authorization: ${target.startsWith("/operator") ? keys.operator : keys.client}`;
  const own = ["host: api", `content-length: ${Buffer.byteLength(body)}`, ...(key === "" ? [] : [right]), ...lines];
  const bytes = Buffer.from(`${[`${operation} HTTP/1.1`, ...own].join("\r\n")}\r\n\r\n${body}`);
  return named({ method, target, bytes, hasKey: key !== "", isHalfClosed: false, statuses });
}
