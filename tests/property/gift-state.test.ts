import type { Database } from "@gift/core/database/database";
import { recordDeadLetter } from "@gift/core/dead-letter/record";
import { createGift } from "@gift/core/gift/create";
import { findGift } from "@gift/core/gift/find";
import { SendConflictError } from "@gift/core/gift/gift.errors";
import { edges, type GiftStatus } from "@gift/core/gift/gift.state";
import { markFailed } from "@gift/core/gift/mark-failed";
import { markSent } from "@gift/core/gift/mark-sent";
import { queueAgain } from "@gift/core/gift/queue-again";
import { requestSend } from "@gift/core/gift/request-send";
import { beginAttempt } from "@gift/core/send-attempt/begin";
import { recordRetry } from "@gift/core/send-attempt/retry";
import { encodeSendMessage } from "@gift/core/send-request/send-message";
import fc from "fast-check";
import type { Kysely } from "kysely";
import { expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { check, patience, seed } from "./check.ts";

const database = useTestDatabase();

/** What a gift is, as the state table says it. */
interface Model {
  status: GiftStatus;
  /** Its send requests, the current one last. */
  requests: string[];
  answers: Map<string, string>;
}

interface Real {
  readonly db: Kysely<Database>;
  readonly giftId: string;
}

type GiftCommand = fc.AsyncCommand<Model, Real>;

/** Moves the model along an edge if the table allows it. */
function moved(model: Model, edge: keyof typeof edges, isCurrent = true): boolean {
  if (!isCurrent || model.status !== edges[edge].from) return false;
  model.status = edges[edge].to;
  return true;
}

/** One of the requests so far, by chance an overtaken one; before the first, one that never was. */
const requestOf = ({ requests }: Model, number: number) => requests[number % Math.max(1, requests.length)] ?? "unknown";
const isCurrent = ({ requests }: Model, requestId: string) => requests.at(-1) === requestId;
const attemptOf = (giftId: string, requestId: string) => ({ id: "0", giftId, requestId, number: 1 });
const failure = { code: "PROVIDER_UNAVAILABLE", message: "away" };

function command(name: string, run: (model: Model, real: Real) => Promise<void>): GiftCommand {
  return {
    check: () => true,
    toString: () => name,
    async run(model, real) {
      await run(model, real);
      const gift = await findGift(real.db, real.giftId, "anybody");
      expect(gift.status).toBe(model.status);
      expect(gift.requestId ?? undefined).toBe(model.requests.at(-1));
      if (gift.status === "FAILED") expect(gift.lastError).not.toBeNull();
    },
  };
}

const send = (key: number) =>
  command(`send under key-${key}`, async (model, { db, giftId }) => {
    const requestId = `key-${key}`;
    const known = model.answers.get(requestId);
    const outcome = requestSend(db, { giftId, owner: "anybody", requestId, leaseSeconds: 5 });
    if (known !== undefined) return expect(await outcome).toEqual({ kind: "replayed", responseBody: known });
    if (!moved(model, "requestSend")) return await expect(outcome).rejects.toBeInstanceOf(SendConflictError);
    const accepted = await outcome;
    expect(accepted.kind).toBe("accepted");
    model.requests.push(requestId);
    model.answers.set(requestId, accepted.responseBody);
  });

const begin = (number: number) =>
  command(`begin under request ${number}`, async (model, { db, giftId }) => {
    const requestId = requestOf(model, number);
    const { kind } = await beginAttempt(db, { giftId, requestId, receiveCount: 1 });
    if (!isCurrent(model, requestId)) expect(kind).toBe("stale");
    else expect(kind).toBe(model.status === "QUEUED" ? "begun" : "duplicate");
  });

const succeed = (number: number) =>
  command(`mark request ${number} sent`, async (model, { db, giftId }) => {
    const requestId = requestOf(model, number);
    const isMoved = moved(model, "markSent", isCurrent(model, requestId));
    expect(Boolean(await markSent(db, attemptOf(giftId, requestId), "reference"))).toBe(isMoved);
  });

const fail = (number: number) =>
  command(`mark request ${number} failed`, async (model, { db, giftId }) => {
    const requestId = requestOf(model, number);
    const isMoved = moved(model, "markFailed", isCurrent(model, requestId));
    expect(Boolean(await markFailed(db, attemptOf(giftId, requestId), failure))).toBe(isMoved);
  });

const retry = (number: number) =>
  command(`record a retry of request ${number}`, async (model, { db, giftId }) => {
    await recordRetry(db, attemptOf(giftId, requestOf(model, number)), failure);
  });

const bury = (number: number) =>
  command(`record a dead letter of request ${number}`, async (model, { db, giftId }) => {
    const requestId = requestOf(model, number);
    const body = encodeSendMessage(giftId, requestId);
    const isMoved = moved(model, "markFailed", isCurrent(model, requestId));
    const messageId = `${giftId} ${requestId} ${number}`;
    const letter = await recordDeadLetter(db, {
      messageId,
      queue: "gift-dead-letters",
      body,
      attributes: {},
      receiveCount: 6,
    });
    expect(letter.isGiftFailed).toBe(isMoved);
  });

const redrive = (number: number | undefined) =>
  command(
    `redrive ${number === undefined ? "whatever failed" : `request ${number}`}`,
    async (model, { db, giftId }) => {
      const failed = number === undefined ? {} : { failedRequestId: requestOf(model, number) };
      const isAllowed = number === undefined || isCurrent(model, requestOf(model, number));
      const requestId = await db
        .transaction()
        .execute((trx) => queueAgain(trx, { giftId, operator: "olga", ...failed }));
      expect(requestId !== undefined).toBe(moved(model, "redrive", isAllowed));
      if (requestId !== undefined) model.requests.push(requestId);
    },
  );

test(
  `any sequence of sends, attempts, dead letters and redrives moves a gift as the state table says (seed ${seed})`,
  async () => {
    const number = fc.nat({ max: 3 });
    const commands = fc.commands<Model, Real, boolean>(
      [
        fc.nat({ max: 2 }).map(send),
        number.map(begin),
        number.map(succeed),
        number.map(fail),
        number.map(retry),
        number.map(bury),
        fc.option(number, { nil: undefined }).map(redrive),
      ],
      { maxCommands: 15 },
    );
    const property = fc.asyncProperty(commands, async (sequence) => {
      const { db } = database;
      const { id: giftId } = await createGift(db, { amount: 1, message: null });
      const model: Model = { status: "CREATED", requests: [], answers: new Map() };
      await fc.asyncModelRun(() => ({ model, real: { db, giftId } }), sequence);
    });
    await check(property, 200);
  },
  patience,
);
