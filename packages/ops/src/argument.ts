import { type ApiKeyScope, apiKeyScopes, clientIdPattern, maxRateLimitPerMinute } from "@gift/core/api-key/api-key";
import { deadLetterIdPattern, errorCodePattern } from "@gift/core/dead-letter/dead-letter";
import { fingerprintPattern } from "@gift/core/dead-letter/fingerprint";
import { parseGiftId as readGiftId } from "@gift/core/gift/gift-id";
import { defaultOperator } from "./config.ts";
import { UsageError } from "./usage-error.ts";

const deadLetterId = new RegExp(deadLetterIdPattern);
const clientId = new RegExp(clientIdPattern);
const keyPrefix = /^[0-9A-Za-z]{8}$/;
const errorCode = new RegExp(errorCodePattern);
const fingerprint = new RegExp(fingerprintPattern);
/** A day (its start in UTC), or a time that says its zone: an operator's laptop and the service rarely share one. */
const isoTime = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/;

/** Flags that several commands have. */
export const flags = {
  json: { type: "boolean", description: "one JSON document instead of tables" },
  dryRun: { type: "boolean", description: "print what would be done and change nothing" },
  operator: { type: "string", description: "who does it, for the audit; your user name unless given" },
} as const;

export function parseGiftId(text: string): string {
  const id = readGiftId(text);
  if (id === undefined) throw new UsageError(`"${text}" is not a gift's id: it is a UUID`);
  return id;
}

export function parseDeadLetterId(text: string): string {
  if (!deadLetterId.test(text)) throw new UsageError(`"${text}" is not a dead letter's id: it is a number from 1`);
  return text;
}

export function parseErrorCode(text: string): string {
  if (!errorCode.test(text)) throw new UsageError(`--error-code "${text}" is not a code like PROVIDER_FAILED`);
  return text;
}

export function parseFingerprint(text: string): string {
  if (!fingerprint.test(text)) throw new UsageError(`--fingerprint "${text}" is not twelve digits like 3fa9c05d71be`);
  return text;
}

/** @throws UsageError unless it is a whole number from 1 to `most` */
export function parseLimit(text: string, most: number): number {
  if (/^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= most) return Number(text);
  throw new UsageError(`--limit "${text}" is not a whole number from 1 to ${most}`);
}

/** Per second; fractions are slower than one a second. */
export function parseRate(text: string): number {
  if (/^\d+(\.\d+)?$/.test(text) && Number(text) > 0 && Number(text) <= 1_000) return Number(text);
  throw new UsageError(`--rate "${text}" is not a number per second above 0 and up to 1000`);
}

export function parseClientId(text: string): string {
  if (clientId.test(text)) return text;
  throw new UsageError(`--client "${text}" is not a name of lower-case letters, digits and hyphens, 63 at most`);
}

/** Not repeated in the error: whoever pastes a whole key must not find it in a log. */
export function parseKeyPrefix(text: string): string {
  if (keyPrefix.test(text)) return text;
  throw new UsageError("that is not the visible part of a key: it is the 8 characters after gift_");
}

/** Separated by commas, each once. */
export function parseScopes(text: string): ApiKeyScope[] {
  const words = text.split(",");
  const scopes = apiKeyScopes.filter((scope) => words.includes(scope));
  if (scopes.length === words.length) return scopes;
  throw new UsageError(`--scope "${text}" is not client, operator or client,operator`);
}

export function parseRateLimit(text: string): number {
  if (/^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= maxRateLimitPerMinute) return Number(text);
  throw new UsageError(`--rate-limit "${text}" is not a whole number per minute from 1 to ${maxRateLimitPerMinute}`);
}

export function parseTime(text: string, flag: string): Date {
  const time = new Date(text);
  if (isoTime.test(text) && !Number.isNaN(time.getTime())) return time;
  throw new UsageError(`${flag} "${text}" is not an ISO time like 2026-01-31 or 2026-01-31T08:00:00Z`);
}

/**
 * When a key ends. One that is over at once would be issued without a complaint and open nothing.
 * @throws UsageError unless it is a time to come, by this machine's clock
 */
export function parseExpires(text: string, now: Date = new Date()): Date {
  const time = parseTime(text, "--expires");
  if (time > now) return time;
  throw new UsageError(`--expires "${text}" is over already: name a time to come`);
}

/**
 * @returns seconds
 * @throws UsageError unless it is a whole number with its unit
 */
export function parseDuration(text: string, flag: string): number {
  const [, amount, unit = ""] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const seconds = { s: 1, m: 60, h: 3_600, d: 86_400 }[unit];
  if (amount !== undefined && seconds !== undefined) return Number(amount) * seconds;
  throw new UsageError(`${flag} "${text}" is not a duration like 90s, 30m, 2h or 1d`);
}

export function parseOperator(text: string | undefined): string {
  const operator = text ?? defaultOperator();
  if (operator.trim() === "") throw new UsageError("--operator needs a name");
  return operator;
}

/** Applies a parser to a flag that may be absent. */
export function optional<Value>(text: string | undefined, parse: (text: string) => Value): Value | undefined {
  return text === undefined ? undefined : parse(text);
}
