import { node } from "@elysiajs/node";
import { tagRoute } from "@gift/telemetry/trace";
import { Elysia } from "elysia";
import { createEntrance } from "./access/entrance.ts";
import type { Dependencies } from "./dependencies.ts";
import { answerError } from "./error/error.ts";
import { explainMissingSchema } from "./error/schema-outdated.ts";
import { securityHeaders } from "./http/security-header.ts";
import { requestFields } from "./input/request-fields.ts";
import { createGiftRoute } from "./route/create-gift.ts";
import { getGiftRoute } from "./route/get-gift.ts";
import { healthzRoute } from "./route/healthz.ts";
import { openApiRoute } from "./route/openapi.ts";
import { operatorRoutes } from "./route/operator/operator-routes.ts";
import { readyzRoute } from "./route/readyz.ts";
import { referenceRoute } from "./route/reference.ts";
import { sendGiftRoute } from "./route/send-gift.ts";

export type App = ReturnType<typeof createApp>;

/**
 * The HTTP API as a function of requests: it opens nothing and listens nowhere.
 * @param dependencies what the routes work with
 */
export function createApp(dependencies: Dependencies) {
  return new Elysia({
    adapter: node(),
    // By default the path is looked for from the 11th character of the URL on, which misroutes `Host: a`.
    handler: { standardHostname: false },
  })
    .headers(securityHeaders)
    .onRequest(createEntrance(dependencies))
    .onTransform(({ request, route }) => void tagRoute(request.method, route))
    .onError(async ({ error, path, request, set }) => {
      const cause = await explainMissingSchema(error, dependencies.whyNotReady);
      const answer = answerError(dependencies.log, cause, requestFields(request, path));
      set.status = answer.status;
      Object.assign(set.headers, answer.headers);
      return answer.body;
    })
    .use(healthzRoute())
    .use(readyzRoute(dependencies))
    .use(createGiftRoute(dependencies))
    .use(sendGiftRoute(dependencies))
    .use(getGiftRoute(dependencies))
    .use(operatorRoutes(dependencies))
    .use(openApiRoute())
    .use(referenceRoute());
}
