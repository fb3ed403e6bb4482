import { stage } from "./stage.ts";

/**
 * The address of the Slack channel that is told of dead letters: a parameter whose value is set by hand
 * (docs/deploying.md), as the Datadog key is. Until then the worker reads "not set yet" and tells nobody. Undefined on
 * stages that nobody watches, and in `sst dev`.
 */
export const slackWebhook = $dev || !stage.monitors ? undefined : declareWebhook();

function declareWebhook(): aws.ssm.Parameter {
  return new aws.ssm.Parameter(
    "SlackWebhook",
    { name: `/${$app.name}/${stage.name}/slack-webhook-url`, type: "SecureString", value: "not set yet" },
    { ignoreChanges: ["value"] },
  );
}
