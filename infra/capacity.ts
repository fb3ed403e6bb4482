import type { ServiceRow } from "./stage-row.ts";

/**
 * Which share of a service's tasks runs on Fargate Spot. Always set, also without Spot: a service that changes between
 * a launch type and capacity providers is created anew.
 */
export function capacityOf({ spotShare, minTasks }: ServiceRow): sst.aws.ServiceArgs["capacity"] {
  const spot = Math.round(spotShare * 100);
  if (spot === 0) return { fargate: { weight: 1 } };
  if (spot === 100) return { fargate: { weight: 0 }, spot: { weight: 1 } };
  // The tasks that are always there stay on demand; only those that come with load may be taken away.
  return { fargate: { weight: 100 - spot, base: minTasks }, spot: { weight: spot } };
}
