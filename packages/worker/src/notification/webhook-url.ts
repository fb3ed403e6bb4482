/** What the parameter holds that `infra/slack.ts` declares, until somebody sets it. */
export const notSetYet = "not set yet";

/**
 * Reads the address of Slack's incoming webhook.
 * @param text the value of SLACK_WEBHOOK_URL
 * @returns undefined when nobody is to be notified
 * @throws Error that doesn't repeat the value: who has it can post
 */
export function parseWebhookUrl(text: string | undefined): string | undefined {
  const given = text?.trim() ?? "";
  if (given === "" || given === notSetYet) return undefined;
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url && (isSlack(url) || isThisMachine(url))) return url.href;
  throw new Error(
    "SLACK_WEBHOOK_URL: give https://hooks.slack.com/services/…, or http://127.0.0.1:… for a test, or leave it out; the value isn't shown here, as it is a secret",
  );
}

/** Slack's other webhooks, of workflows, take another kind of message. */
function isSlack({ origin, username, pathname }: URL): boolean {
  return origin === "https://hooks.slack.com" && username === "" && pathname.startsWith("/services/");
}

function isThisMachine({ protocol, hostname }: URL): boolean {
  return protocol === "http:" && hostname === "127.0.0.1";
}
