import type { Digest, DigestError } from "@gift/worker/notification/digest";
import { slackMessage } from "@gift/worker/notification/slack-message";
import { expect, test } from "vitest";
import { readable } from "./slack-server.ts";

const context = {
  stage: "staging",
  queue: "gift-dead-letters",
  operatorCommand: "bun run operate staging",
  runbookUrl: "https://git.example/docs/runbook.md",
};

function digestOf(...errors: Partial<DigestError>[]): Digest {
  const whole = errors.map((error, index) => ({
    fingerprint: `00000000000${index}`,
    error: "PROVIDER_TIMEOUT: no answer in # s",
    isNewError: false,
    letters: 1,
    examples: [{ giftId: "01a2015d-cc52-7db5-ae7c-b3bfa51a964b", requestId: "birthday-1" }],
    ...error,
  }));
  return { letters: whole.reduce((sum, { letters }) => sum + letters, 0), errors: whole, otherLetters: 0 };
}

test("says where, how many, which error, for whom, and what to do", () => {
  const message = slackMessage(digestOf({ letters: 1_204, isNewError: true }, { letters: 3 }), context);
  expect(message).toEqual({
    text: "1,207 new dead letters in gift-dead-letters, stage staging, 1 new error",
    unfurl_links: false,
    blocks: [
      section("*1,207 new dead letters in gift-dead-letters, stage staging*"),
      section(
        ":new: `PROVIDER_TIMEOUT: no answer in # s`\n1,204 dead letters, for example\n" +
          "• gift `01a2015d-cc52-7db5-ae7c-b3bfa51a964b` request `birthday-1`\n" +
          "`bun run operate staging dead-letters list --fingerprint 000000000000`",
      ),
      section(
        "`PROVIDER_TIMEOUT: no answer in # s`\n3 dead letters, for example\n" +
          "• gift `01a2015d-cc52-7db5-ae7c-b3bfa51a964b` request `birthday-1`\n" +
          "`bun run operate staging dead-letters list --fingerprint 000000000001`",
      ),
      section(
        "What to do: <https://git.example/docs/runbook.md#dead-letter|docs/runbook.md#dead-letter>. " +
          "Read what happened with `bun run operate staging gift show` and a gift's id, mend the cause, " +
          "then `bun run operate staging dead-letters redrive --all --dry-run`, and again without the last flag.",
      ),
    ],
  });
});

test("one dead letter is one dead letter, and without a known address the runbook is named", () => {
  const message = slackMessage(digestOf({ examples: [] }), { ...context, runbookUrl: undefined });
  expect(message.text).toBe("1 new dead letter in gift-dead-letters, stage staging");
  expect(readable(message)).toContain("\n1 dead letter\n");
  expect(readable(message)).toContain("What to do: `docs/runbook.md#dead-letter`.");
});

test("dead letters beyond the errors that it shows are counted", () => {
  const message = slackMessage({ ...digestOf({}), letters: 41, otherLetters: 40 }, context);
  expect(readable(message)).toContain("and 40 dead letters with other errors");
});

test("an error or a client's key can't mention people, make a link, leave its code or break the line", () => {
  const error = "CODE: <!channel> & <https://evil.example|here> `*bold*\n> quote";
  const requestId = "<@U123>`x`";
  const text = readable(slackMessage(digestOf({ error, examples: [{ giftId: "g", requestId }] }), context));
  expect(text).toContain("`CODE: &lt;!channel&gt; &amp; &lt;https://evil.example|here&gt; '*bold* &gt; quote`");
  expect(text).toContain("request `&lt;@U123&gt;'x'`");
  expect(text.match(/<[^>]*>/g)).toEqual([expect.stringContaining("runbook.md#dead-letter|")]);
});

test("the longest digest there can be stays inside Slack's limits", () => {
  const examples = Array.from({ length: 3 }, () => ({ giftId: "&".repeat(36), requestId: "<".repeat(255) }));
  const errors = Array.from({ length: 10 }, () => ({
    error: `CODE: ${"🎁<".repeat(500)}`,
    examples,
    letters: 10 ** 9,
  }));
  const { blocks, text } = slackMessage({ ...digestOf(...errors), otherLetters: 10 ** 9 }, context);
  expect(blocks.length).toBeLessThanOrEqual(50);
  expect(Math.max(...blocks.map((block) => block.text.text.length))).toBeLessThanOrEqual(3_000);
  expect(text.length).toBeLessThan(4_000);
  // Cut between characters: half an emoji is no text.
  expect(blocks.every((block) => block.text.text.isWellFormed())).toBe(true);
});

function section(text: string) {
  return { type: "section", text: { type: "mrkdwn", text } };
}
