import { notReadyReasons } from "../readiness.ts";
import { healthErrorsOf } from "./error-response.ts";

const answer = (description: string, properties: Record<string, unknown>) => ({
  description,
  content: { "application/json": { schema: { type: "object", required: Object.keys(properties), properties } } },
});

export const healthz = {
  operationId: "healthz",
  tags: ["Health"],
  security: [],
  summary: "Is the process alive?",
  description: "Touches nothing else, so that an outage of the database doesn't restart the API.",
  responses: { 200: answer("It is.", { status: { type: "string", enum: ["ok"] } }), ...healthErrorsOf() },
};

export const readyz = {
  operationId: "readyz",
  tags: ["Health"],
  security: [],
  summary: "Should this process be sent requests?",
  responses: {
    200: answer("It should.", { status: { type: "string", enum: ["ready"] } }),
    503: answer("Not now.", {
      status: { type: "string", enum: ["not_ready"] },
      reason: { type: "string", enum: notReadyReasons },
    }),
    ...healthErrorsOf("INTERNAL_ERROR"),
  },
};
