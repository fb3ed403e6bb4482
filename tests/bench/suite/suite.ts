import type { Bench } from "../bench.ts";
import { batched } from "./batched.ts";
import { create } from "./create.ts";
import { drain } from "./drain.ts";
import { endToEnd } from "./end-to-end.ts";
import { growthApi } from "./growth-api.ts";
import { growthBacklog } from "./growth-backlog.ts";
import { growthGifts } from "./growth-gifts.ts";
import { growthMessage } from "./growth-message.ts";
import { growthWorkers } from "./growth-workers.ts";
import { http } from "./http.ts";
import { latency } from "./latency.ts";
import { lowLoad } from "./low-load.ts";
import { memory } from "./memory.ts";
import { send } from "./send.ts";
import { start } from "./start.ts";
import { telemetry } from "./telemetry.ts";
import { worker } from "./worker.ts";

/** In the order of the goals. */
export const benches: readonly Bench[] = [
  ...[http, create, send, batched, drain, worker, endToEnd, latency, lowLoad, telemetry, memory, start],
  ...[growthGifts, growthWorkers, growthBacklog, growthMessage, growthApi],
];
