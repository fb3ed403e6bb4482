/** `POST /gifts` on Fastify: the same body rules, the same call of the domain, the same answer. Argument: port. */

import { createGiftBody } from "@gift/api/schema/gift.schema";
import { createGiftBatch } from "@gift/core/gift/create";
import Fastify from "fastify";
import { obey } from "../process/obey.ts";
import { openStubDatabase } from "../process/stub-database.ts";

const createGift = createGiftBatch(openStubDatabase());
// Fastify would take an unknown property out, and a number given as text; our API refuses both.
const app = Fastify({ bodyLimit: 16_384, ajv: { customOptions: { removeAdditional: false, coerceTypes: false } } });
const { amount } = createGiftBody.properties;
const body = {
  type: "object",
  required: ["amount"],
  additionalProperties: false,
  properties: {
    amount: { type: "integer", minimum: amount.minimum, maximum: amount.maximum },
    message: { type: "string", maxLength: 500 },
  },
};

app.post<{ Body: { amount: number; message?: string } }>("/gifts", { schema: { body } }, async (request, res) => {
  const { amount: given, message = null } = request.body;
  const gift = await createGift({ amount: given, message });
  return await res
    .code(201)
    .header("location", `/gifts/${gift.id}`)
    .send({ gift_id: gift.id, code: gift.code, status: gift.status, created_at: gift.createdAt.toISOString() });
});
await app.listen({ host: "127.0.0.1", port: Number(process.argv[2]) });
obey({});
