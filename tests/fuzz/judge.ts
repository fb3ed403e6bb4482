import { violationsOf } from "./contract.ts";
import { type FuzzRequest, show } from "./request.ts";
import type { WireAnswer } from "./wire.ts";

const openPath = /^(https?:\/\/[^/?]*)?\/(healthz|readyz)\/?(\?|$)/i;

/** Closed wherever it runs. */
const operatorPath = /^(https?:\/\/[^/?]*)?\/operator\b/i;

/**
 * What is wrong with how a request was answered.
 * @param authentication what the API asks for
 * @param answer undefined when the connection was closed without one
 * @returns one line per wrong, with the request
 */
export function wrongsOf(authentication: string, request: FuzzRequest, answer: WireAnswer | undefined): string[] {
  const { method, target, hasKey, statuses } = request;
  if (!answer) return request.isHalfClosed || method === "CONNECT" ? [] : [`no answer: ${show(request)}`];
  const isLetIn = answer.status < 300 && !openPath.test(target);
  const wrongs = violationsOf(method, target, answer);
  // Both are documented, and neither has a reason here: the database is there, and so few at once are no flood.
  if (answer.status >= 500) wrongs.push(`${answer.status}: ${answer.body}`);
  if (statuses?.includes(answer.status) === false) wrongs.push(`${answer.status}, not ${statuses}: ${answer.body}`);
  const mustHaveKey = authentication === "api-key" || operatorPath.test(target);
  if (mustHaveKey && !hasKey && isLetIn) wrongs.push(`let in without a key: ${answer.body}`);
  return wrongs.map((wrong) => `${wrong} ← ${show(request)}`);
}
