import { createApp } from "@gift/api/app";
import { errorStatus } from "@gift/api/error/error-code";
import { openApiDocument } from "@gift/api/openapi/document";
import type { TSchema } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { describe, expect, test } from "vitest";
import { type Answer, useApi } from "./api.ts";
import { moveTo } from "./rows.ts";

const api = useApi();
const unknownId = "00000000-0000-7000-8000-000000000000";

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly responses: Readonly<Record<string, unknown>>;
}
const operations = Object.entries(openApiDocument.paths).flatMap(([path, methods]) =>
  Object.entries<Operation>(methods).map(([method, operation]) => ({ path, method, operation })),
);

describe("the OpenAPI document", () => {
  test("is what /openapi.json answers", async () => {
    const answer = await api.call("GET", "/openapi.json");
    expect(answer.headers.get("content-type")).toBe("application/json");
    expect(answer.json).toEqual(JSON.parse(JSON.stringify(openApiDocument)));
  });

  test("names every route, and nothing that is no route", () => {
    const app = createApp({
      ...{ db: api.database.db, dispatcher: { add: () => undefined }, log: () => undefined },
      ...{ authentication: "none" as const, areTestValuesAllowed: false, whyNotReady: async () => undefined },
    });
    const isReference = (path: string) => path.startsWith("/docs") || path === "/openapi.json";
    const routes = app.routes
      .filter(({ path }) => !isReference(path))
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, "{$1}")}`);
    expect(operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`).sort()).toEqual(routes.sort());
  });

  test.each(operations)("describes every path parameter of $method $path", ({ path, operation }) => {
    const inPath = Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => name);
    const described = operation.parameters?.filter((parameter) => parameter.in === "path").map(({ name }) => name);
    expect(described ?? []).toEqual(inPath);
  });

  test("has an operation id per operation", () => {
    expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(operations.length);
  });

  test("every reference leads to a schema, and every schema is referred to", () => {
    const references = JSON.stringify(openApiDocument).match(/#\/components\/schemas\/\w+/g) ?? [];
    const names = new Set(references.map((reference) => reference.split("/").at(-1)));
    expect(names).toEqual(new Set(Object.keys(openApiDocument.components.schemas)));
  });

  test("tells the limits of a gift as a client must know them", async () => {
    const { CreateGift } = (await api.call("GET", "/openapi.json")).json.components.schemas;
    expect(CreateGift).toMatchObject({
      type: "object",
      required: ["amount"],
      additionalProperties: false,
      properties: {
        amount: { type: "integer", minimum: 1, maximum: 2_147_483_647 },
        message: { type: "string", maxLength: 500 },
      },
    });
  });

  test("lists every error code, and every status of the table is answered by some operation", () => {
    const { error } = openApiDocument.components.schemas.Error.properties;
    expect(error.properties.code.enum).toEqual(Object.keys(errorStatus));
    const statuses = new Set(operations.flatMap(({ operation }) => Object.keys(operation.responses)));
    expect(Object.values(errorStatus).filter((status) => !statuses.has(String(status)))).toEqual([]);
  });
});

describe("every answer is as its operation says", () => {
  const schemas: Readonly<Record<string, unknown>> = openApiDocument.components.schemas;
  const expectDescribed = (path: string, method: string, answer: Answer) => {
    const operation = operations.find((candidate) => candidate.path === path && candidate.method === method);
    const response = operation?.operation.responses[String(answer.status)];
    if (!response) throw new Error(`${method} ${path} doesn't describe its ${answer.status}`);
    const [, name = ""] = /#\/components\/schemas\/(\w+)/.exec(JSON.stringify(response)) ?? [];
    if (name === "Error") return expect(Object.keys(answer.json.error)).toEqual(["code", "message"]);
    const schema = schemas[name] as TSchema;
    expect(Array.from(Value.Errors(schema, answer.json))).toEqual([]);
    // Nothing is answered that isn't described.
    expect(Object.keys(answer.json)).toEqual(Object.keys(schema.properties));
  };

  test("POST /gifts", async () => {
    for (const answer of [
      await api.create({ amount: 1 }),
      await api.create({ amount: 0 }),
      await api.create("x".repeat(20_000)),
      await api.call("POST", "/gifts"),
    ])
      expectDescribed("/gifts", "post", answer);
  });

  test("GET /gifts/{gift_id}", async () => {
    const giftId = await api.gift();
    const fresh = await api.read(giftId);
    await api.send(giftId, "key-1");
    await moveTo(api.database.db, giftId, "FAILED");
    for (const answer of [fresh, await api.read(giftId), await api.read("x"), await api.read(unknownId)])
      expectDescribed("/gifts/{gift_id}", "get", answer);
  });

  test("POST /gifts/{gift_id}/send", async () => {
    const giftId = await api.gift();
    for (const answer of [
      await api.send(giftId, "key-1"),
      await api.send(giftId, "key-1"),
      await api.send(giftId, "key-2"),
      await api.send(giftId),
      await api.send(unknownId, "key-1"),
    ])
      expectDescribed("/gifts/{gift_id}/send", "post", answer);
  });
});
