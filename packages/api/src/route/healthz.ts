import { Elysia } from "elysia";

/** `GET /healthz`: the process is alive. It touches nothing else, or a database outage would restart every task. */
export function healthzRoute() {
  return new Elysia().get("/healthz", async () => ({ status: "ok" as const }));
}
