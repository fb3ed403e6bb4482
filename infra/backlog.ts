import { acceptableBacklogPerTask } from "@gift/fleet/backlog";
import type { ConsumerService } from "@gift/fleet/declaration";
import type { QueueName } from "@gift/fleet/fleet";
import { cluster } from "./cluster.ts";
import { queues } from "./queue.ts";

/**
 * Scales a consumer on messages waiting per running task: AWS's "create a target tracking scaling policy using metric
 * math". `RunningTaskCount` comes from Container Insights; a minute without it counts as one task.
 * @param name of the service
 * @param consumer whose numbers give the target
 */
export function scaleByBacklog(name: string, service: sst.aws.Service, consumer: ConsumerService<QueueName>): void {
  const { serviceNamespace, scalableDimension, resourceId } = service.nodes.autoScalingTarget;
  new aws.appautoscaling.Policy(`${name}BacklogOf${consumer.consumes.replace(/\W/g, "")}`, {
    policyType: "TargetTrackingScaling",
    serviceNamespace,
    scalableDimension,
    resourceId,
    targetTrackingScalingPolicyConfiguration: {
      targetValue: acceptableBacklogPerTask(consumer),
      // Out at once, in slowly: a task that is stopped first finishes what it has in hand.
      scaleOutCooldown: 30,
      scaleInCooldown: 300,
      customizedMetricSpecification: {
        metrics: [
          waiting(consumer),
          running(service),
          { id: "per_task", expression: "waiting / IF(FILL(running, 1) > 0, FILL(running, 1), 1)", returnData: true },
        ],
      },
    },
  });
}

function waiting({ consumes }: ConsumerService<QueueName>) {
  const dimensions = [{ name: "QueueName", value: queues[consumes].nodes.queue.name }];
  const metric = { namespace: "AWS/SQS", metricName: "ApproximateNumberOfMessagesVisible", dimensions };
  return { id: "waiting", returnData: false, metricStat: { stat: "Sum", metric } };
}

function running(service: sst.aws.Service) {
  const dimensions = [
    { name: "ClusterName", value: cluster.nodes.cluster.name },
    { name: "ServiceName", value: service.nodes.service.apply(({ name }) => name) },
  ];
  const metric = { namespace: "ECS/ContainerInsights", metricName: "RunningTaskCount", dimensions };
  return { id: "running", returnData: false, metricStat: { stat: "Average", metric } };
}
