import { stage } from "./stage.ts";

/** Addresses are 10.0.0.0/16 in every stage: stages are never peered. */
export const vpc = new sst.aws.Vpc("Vpc", {
  az: stage.network.availabilityZones,
  // One gateway per zone: a zone that fails takes only its own way out with it.
  ...(stage.network.subnets === "private" && { nat: "managed" as const }),
  transform: {
    // SST's default group lets the whole VPC in. Everything here has a group of its own, so the default one is closed.
    securityGroup: (args) => {
      args.ingress = [];
      args.egress = [];
    },
  },
});
