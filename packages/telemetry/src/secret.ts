/** Fields that no line may carry: the type forbids them, and the log hides what a cast lets through. */
export const secretFields = ["code", "api_key", "authorization", "password", "token", "body", "gift_message"] as const;

export const redacted = "[redacted]";

/** What errors of libraries quote: an Authorization header, and the password of a connection string. */
const patterns = [/\b(Bearer|Basic)\s+[^\s"',;]+/gi, /(?<=\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:)[^\s/@]+(?=@)/gi];

/** A text without the secrets that it quotes. */
export function withoutSecrets(text: string): string {
  return patterns.reduce((clean, pattern) => clean.replace(pattern, redacted), text);
}
