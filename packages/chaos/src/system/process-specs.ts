import type { ServiceName } from "@gift/fleet/fleet";
import type { Settings } from "@gift/local/command/settings";
import type { ProcessSpec } from "@gift/local/process/process-spec";
import { apiSpec, type Links, otherRoles, workerSpecs } from "@gift/local/stack/service-spec";
import { giftWorkers } from "../plan/fault-kind.ts";

export interface ProcessOptions {
  readonly dataFolder: string;
  /** The API's. */
  readonly port: number;
  /** Where the services find their servers: the proxies. */
  readonly links: Links;
}

/** Of the sends without a test value; a fifth of the failures loses the answer after the effect. */
const failureRate = 0.1;
/** A send that fails five times is done in some 15 s instead of three minutes. */
const retryBaseSeconds = "0.25";

/** The local stack's own processes, each role in one of its own. */
export function processSpecs({ dataFolder, port, links }: ProcessOptions): readonly ProcessSpec[] {
  const settings: Settings = {
    port,
    dataFolder,
    environmentFile: "",
    fresh: true,
    failureRate,
    workers: giftWorkers.length,
    logLevel: "info",
  };
  const specs = workerSpecs(settings, links).map(eager);
  const others = specs.at(-1);
  if (!others) throw new Error("the local stack runs no workers");
  return [guarded(apiSpec(settings, links)), ...specs.slice(0, -1), ...otherRoles.map((role) => inRole(others, role))];
}

/** As on every stage; the local stack asks for no keys. */
function guarded(spec: ProcessSpec): ProcessSpec {
  return { ...spec, environment: { ...spec.environment, AUTH: "api-key" } };
}

function eager(spec: ProcessSpec): ProcessSpec {
  return { ...spec, environment: { ...spec.environment, RETRY_BASE_SECONDS: retryBaseSeconds } };
}

function inRole(spec: ProcessSpec, role: ServiceName): ProcessSpec {
  return { ...spec, name: role, environment: { ...spec.environment, ROLES: role } };
}
