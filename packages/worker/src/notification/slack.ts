import type { Channel, Posted } from "./channel.ts";
import { type SlackContext, slackMessage } from "./slack-message.ts";

/** Of an answer that isn't "ok": Slack's own are one word, e.g. `invalid_payload` or `channel_is_archived`. */
const mostReasonCharacters = 100;

/**
 * Posts to an incoming webhook of Slack, which takes one message a second and answers 429 with `Retry-After` when there
 * are more (docs.slack.dev, "Sending messages using incoming webhooks" and "Rate limits").
 * @param webhookUrl a secret: who has it can post
 * @param context where the letters come from, for the message
 */
export function createSlackChannel(webhookUrl: string, context: SlackContext): Channel {
  return {
    async post(digest, signal) {
      const res = await fetch(webhookUrl, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(slackMessage(digest, context)),
        // Followed, it would carry the message to wherever the answer points.
        redirect: "manual",
        signal,
      });
      return postedOf(res, await firstWords(res));
    },
  };
}

function postedOf(res: Response, words: string): Posted {
  if (res.ok) return { kind: "delivered" };
  const reason = `Slack answered ${res.status} ${words}`.trim();
  if (res.status === 429) return { kind: "later", reason, ...retryAfter(res.headers.get("retry-after")) };
  return { kind: res.status >= 500 || res.status === 408 ? "later" : "refused", reason };
}

/** In seconds, says Slack; HTTP also has a date. Neither is 429 without a word: our own backoff. */
function retryAfter(header: string | null): { retryAfterMilliseconds?: number } {
  if (header === null) return {};
  const milliseconds = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now();
  return Number.isNaN(milliseconds) ? {} : { retryAfterMilliseconds: milliseconds };
}

/** The first chunk alone: an answer without end must not be kept. */
async function firstWords(res: Response): Promise<string> {
  const reader = res.body?.getReader();
  if (!reader) return "";
  const { value } = await reader.read();
  await reader.cancel();
  return new TextDecoder().decode(value).slice(0, mostReasonCharacters);
}
