import { network } from "./network.ts";
import { stage } from "./stage.ts";

/**
 * Where services and tasks run. It gets an object and no `sst.aws.Vpc`: with that one SST puts every task into public
 * subnets, NAT or not. Without Cloud Map's fields no service is registered there: nothing here calls another by name.
 */
export const cluster = new sst.aws.Cluster("Cluster", {
  vpc: {
    id: network.vpc.id,
    securityGroups: [network.securityGroups.worker.id],
    containerSubnets: network.subnets.task,
    loadBalancerSubnets: network.subnets.loadBalancer,
  },
  transform: { cluster: { settings: [{ name: "containerInsights", value: stage.containerInsights }] } },
});
