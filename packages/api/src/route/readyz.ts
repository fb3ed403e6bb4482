import { Elysia, status } from "elysia";
import type { Dependencies } from "../dependencies.ts";

/** `GET /readyz`: whether this process should be sent requests. */
export function readyzRoute({ whyNotReady }: Pick<Dependencies, "whyNotReady">) {
  return new Elysia().get("/readyz", async () => {
    const reason = await whyNotReady();
    return reason ? status(503, { status: "not_ready" as const, reason }) : { status: "ready" as const };
  });
}
