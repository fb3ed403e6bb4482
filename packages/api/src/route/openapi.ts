import { Elysia } from "elysia";
import { openApiDocument } from "../openapi/document.ts";

/** `GET /openapi.json` */
export function openApiRoute() {
  return new Elysia().get("/openapi.json", async () => openApiDocument);
}
