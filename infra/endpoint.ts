import { securityGroups } from "./security-group.ts";
import { stage } from "./stage.ts";
import { vpc } from "./vpc.ts";

const { region } = aws.getRegionOutput();

// Public subnets reach AWS through the internet gateway, which costs nothing.
if (stage.network.subnets === "private") {
  // Free, and carries the layers of every image that a task pulls: through NAT they would cost 0.045 USD per GB.
  new aws.ec2.VpcEndpoint("S3Endpoint", {
    vpcId: vpc.id,
    vpcEndpointType: "Gateway",
    serviceName: $interpolate`com.amazonaws.${region}.s3`,
    routeTableIds: vpc.nodes.privateRouteTables.apply((tables) => tables.map((table) => table.id)),
  });
  for (const service of stage.network.interfaceEndpoints) declareInterface(service);
}

/** Its private DNS name takes the place of the public one inside the VPC: no client is configured for it. */
function declareInterface(service: string): void {
  const name = `${service.charAt(0).toUpperCase()}${service.slice(1)}Endpoint`;
  const group = new aws.ec2.SecurityGroup(`${name}Group`, {
    vpcId: vpc.id,
    description: `Interface endpoint of ${service}`,
    tags: { Name: `${$app.name}-${stage.name}-${name}` },
  });
  // Tasks may already open connections to any address on 443.
  for (const task of ["api", "worker"] as const)
    new aws.vpc.SecurityGroupIngressRule(`${name}From${task === "api" ? "Api" : "Worker"}Ingress`, {
      securityGroupId: group.id,
      referencedSecurityGroupId: securityGroups[task].id,
      ipProtocol: "tcp",
      fromPort: 443,
      toPort: 443,
    });
  new aws.ec2.VpcEndpoint(name, {
    vpcId: vpc.id,
    vpcEndpointType: "Interface",
    serviceName: $interpolate`com.amazonaws.${region}.${service}`,
    privateDnsEnabled: true,
    subnetIds: vpc.privateSubnets,
    securityGroupIds: [group.id],
  });
}
