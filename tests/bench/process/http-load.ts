/** HTTP clients in a process of their own. */
import { setTimeout as pause } from "node:timers/promises";
import { percentileOf } from "../measure/spread.ts";
import { giftIdOf, sendKey } from "../rig/gift-rows.ts";
import { HttpConnection } from "./http-connection.ts";
import { obey } from "./obey.ts";

export interface HttpLoad {
  readonly ports: readonly number[];
  readonly connections: number;
  readonly request: "create" | "send";
  /** Stops after so many seconds, or so many requests. */
  readonly seconds?: number;
  readonly count?: number;
  /** The first gift's number, for sends. */
  readonly first?: number;
  /** Requests per second; as fast as answers come when absent. */
  readonly perSecond?: number;
}

const body = '{"amount":100,"message":"Happy birthday! Something small, from all of us."}';
const createRequest =
  "POST /gifts HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n" +
  `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
const sendRequest = (number: number) =>
  `POST /gifts/${giftIdOf(number)}/send HTTP/1.1\r\nhost: bench\r\nidempotency-key: ${sendKey}\r\ncontent-length: 0\r\n\r\n`;
const expected = { create: 201, send: 202 };

async function run(load: HttpLoad): Promise<Record<string, number>> {
  const { ports, request, seconds = 600, count = Number.POSITIVE_INFINITY, first = 0 } = load;
  const openings = Array.from({ length: load.connections }, (_, index) => ports[index % ports.length] ?? 0);
  const connections = await Promise.all(openings.map((port) => HttpConnection.open(port)));
  const since = performance.now();
  const milliseconds: number[] = [];
  let sent = 0;
  const client = async (connection: HttpConnection) => {
    while (sent < count && performance.now() - since < seconds * 1_000) {
      const number = sent;
      sent += 1;
      await itsTime(since, number, load.perSecond);
      const started = performance.now();
      const status = await connection.request(request === "create" ? createRequest : sendRequest(first + number));
      if (status !== expected[request]) throw new Error(`${request} was answered with ${status}`);
      milliseconds.push(performance.now() - started);
    }
  };
  await Promise.all(connections.map(client));
  const elapsed = (performance.now() - since) / 1_000;
  for (const connection of connections) connection.close();
  milliseconds.sort((one, other) => one - other);
  const [p50, p99] = [percentileOf(milliseconds, 0.5), percentileOf(milliseconds, 0.99)];
  return { operations: milliseconds.length, seconds: elapsed, p50, p99 };
}

/** Requests come at even intervals, whether or not earlier ones are answered. */
async function itsTime(since: number, number: number, perSecond?: number): Promise<void> {
  if (perSecond === undefined) return;
  const wait = since + (number / perSecond) * 1_000 - performance.now();
  if (wait > 0) await pause(wait);
}

obey({ run });
