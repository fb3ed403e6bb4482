import "./endpoint.ts";
import "./flow-log.ts";
import { rules, securityGroups } from "./security-group.ts";
import { stage } from "./stage.ts";
import { vpc } from "./vpc.ts";

const arePublic = stage.network.subnets === "public";

/** Where everything else lives. */
export const network = {
  vpc,
  subnets: {
    loadBalancer: vpc.publicSubnets,
    task: arePublic ? vpc.publicSubnets : vpc.privateSubnets,
    /** Never routed to the internet from outside, in any stage. */
    database: vpc.privateSubnets,
  },
  /** Without NAT a task needs an address of its own to reach AWS; no rule lets anybody use it to come in. */
  taskHasPublicAddress: arePublic,
  securityGroups,
  rules,
};
