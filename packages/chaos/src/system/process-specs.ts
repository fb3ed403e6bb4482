import type { ServiceName } from "@gift/fleet/fleet";
import type { Settings } from "@gift/local/command/settings";
import type { ProcessSpec } from "@gift/local/process/process-spec";
import { apiSpec, type Links, workerSpecs } from "@gift/local/stack/service-spec";
import type { ProcessName } from "../plan/fault-kind.ts";

export interface ProcessOptions {
  readonly dataFolder: string;
  /** The API's. */
  readonly port: number;
  /** Where the services find their servers: the proxies. */
  readonly links: Links;
}

/** Of the sends without a test value; a fifth of the failures loses the answer after the effect. */
const failureRate = 0.1;
const workers = 3;
/** A send that fails five times is done in some 15 s instead of three minutes. */
const retryBaseSeconds = "0.25";

/** The local stack's own processes, each role in one of its own. */
export function processSpecs({ dataFolder, port, links }: ProcessOptions): readonly ProcessSpec[] {
  const settings: Settings = {
    ...{ port, dataFolder, environmentFile: "", fresh: true, failureRate, workers, logLevel: "info" },
  };
  const specs = workerSpecs(settings, links).map(eager);
  const other = specs.at(-1);
  if (!other) throw new Error("the local stack runs no workers");
  return [
    guarded(apiSpec(settings, links)),
    inRole(other, "outbox-relay", "outbox"),
    inRole(other, "dead-letter-handler", "dead-letters"),
    ...specs.slice(0, -1),
  ];
}

/** As on every stage; the local stack asks for no keys. */
function guarded(spec: ProcessSpec): ProcessSpec {
  return { ...spec, environment: { ...spec.environment, AUTH: "api-key" } };
}

function eager(spec: ProcessSpec): ProcessSpec {
  return { ...spec, environment: { ...spec.environment, RETRY_BASE_SECONDS: retryBaseSeconds } };
}

function inRole(spec: ProcessSpec, name: ProcessName, role: ServiceName): ProcessSpec {
  return { ...spec, name, environment: { ...spec.environment, ROLES: role } };
}
