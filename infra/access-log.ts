import { stage } from "./stage.ts";
import { region } from "./stage-table.ts";

// SST's own link of a bucket grants `s3:*`, to whoever opens `sst shell`.
sst.Linkable.wrap(sst.aws.Bucket, ({ name }) => ({ properties: { name } }));

/** Where the load balancer of a protected stage keeps a line per request, for 90 days; undefined elsewhere. */
export const accessLog = $dev || !stage.isProtected ? undefined : { bucket: declare() };

function declare(): sst.aws.Bucket {
  const identifiers = ["logdelivery.elasticloadbalancing.amazonaws.com"];
  return new sst.aws.Bucket("AccessLog", {
    policy: [
      {
        principals: [{ type: "service", identifiers }],
        actions: ["s3:PutObject"],
        paths: ["api/*"],
        conditions: [ownOnly()],
      },
    ],
    lifecycle: [{ id: "expire", expiresIn: "90 days" }],
    // SST's default lets any site's scripts read objects.
    cors: false,
    transform: { bucket: { forceDestroy: false } },
  });
}

/** The service writes for every account; only load balancers of ours may have it write here. */
function ownOnly() {
  const { accountId } = aws.getCallerIdentityOutput();
  const balancers = $interpolate`arn:aws:elasticloadbalancing:${region}:${accountId}:loadbalancer/*`;
  return { test: "ArnLike", variable: "aws:SourceArn", values: [balancers] };
}
