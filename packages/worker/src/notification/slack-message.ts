import type { Digest, DigestError, Example } from "./digest.ts";

/** Where the dead letters of a message come from. */
export interface SlackContext {
  readonly stage: string;
  /** The fleet's name of the dead-letter queue. */
  readonly queue: string;
  /** What an operator types before a command's own words, e.g. `bun run ops`. */
  readonly operatorCommand: string;
  /** The runbook's own address; absent, the message names the file. */
  readonly runbookUrl: string | undefined;
}

/** Slack refuses a section of more than 3,000 characters; these keep one under 1,000. */
const most = { error: 300, requestId: 60 };

/**
 * A digest as Slack's Block Kit takes it, with `text` for notifications and screen readers (docs.slack.dev, "Formatting
 * message text": `&`, `<` and `>` escaped, so that nothing in an id or an error can mention people or make a link).
 */
export function slackMessage(digest: Digest, context: SlackContext) {
  const { stage, queue } = context;
  const newErrors = digest.errors.filter(({ isNewError }) => isNewError).length;
  const title = `${plural(digest.letters, "new dead letter")} in ${queue}, stage ${stage}`;
  const others = digest.otherLetters > 0 ? [`and ${plural(digest.otherLetters, "dead letter")} with other errors`] : [];
  return {
    text: escaped(newErrors > 0 ? `${title}, ${plural(newErrors, "new error")}` : title),
    unfurl_links: false,
    blocks: [
      section(`*${escaped(title)}*`),
      ...digest.errors.map((error) => section(tell(error, context))),
      ...others.map(section),
      section(advice(context)),
    ],
  };
}

function tell(kind: DigestError, { operatorCommand }: SlackContext): string {
  const { error, fingerprint, isNewError, letters, examples } = kind;
  return [
    `${isNewError ? ":new: " : ""}${code(error, most.error)}`,
    `${plural(letters, "dead letter")}${examples.length > 0 ? ", for example" : ""}`,
    ...examples.map(exampleLine),
    code(`${operatorCommand} dead-letters list --fingerprint ${fingerprint}`),
  ].join("\n");
}

function exampleLine({ giftId, requestId }: Example): string {
  return `• gift ${code(giftId ?? "")} request ${code(requestId ?? "", most.requestId)}`;
}

function advice({ operatorCommand, runbookUrl }: SlackContext): string {
  const page = "docs/runbook.md#dead-letter";
  const runbook = runbookUrl === undefined ? code(page) : `<${runbookUrl}#dead-letter|${page}>`;
  return [
    `What to do: ${runbook}. Read what happened with ${code(`${operatorCommand} gift show`)} and a gift's id, mend the cause,`,
    `then ${code(`${operatorCommand} dead-letters redrive --all --dry-run`)}, and again without the last flag.`,
  ].join(" ");
}

function section(text: string) {
  return { type: "section", text: { type: "mrkdwn", text } } as const;
}

/** As it was written, on one line, cut by characters as people see them. */
function code(text: string, mostCharacters = 200): string {
  const line = text.replaceAll(/[\s\p{Cc}]+/gu, " ").replaceAll("`", "'");
  const characters = Array.from(line);
  return `\`${escaped(characters.length > mostCharacters ? `${characters.slice(0, mostCharacters).join("")}…` : line)}\``;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function plural(count: number, noun: string): string {
  return `${count.toLocaleString("en-US")} ${noun}${count === 1 ? "" : "s"}`;
}
