/** One request of a client; what is done with the answer is the caller's. */
export type Call = (
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: string,
) => Promise<{ readonly status: number }>;

const unknownGift = "00000000-0000-7000-8000-000000000000";

/** A key as people really leave it behind: whole, copied without its end, and written as some libraries write URLs. */
export function spellingsOf(key: string): readonly string[] {
  return [key, key.slice(0, -6), key.slice(0, 47), key.replaceAll("_", "%5F"), key.replaceAll("_", "%5f")];
}

/** What no line, answer, span, metric or row may have: enough of the secret to find all spellings of it. */
export function secretOf(key: string): string {
  return key.slice(14, 34);
}

/** Presents a key as it should be, and everywhere where it shouldn't be. */
export async function presentKey(call: Call, key: string): Promise<void> {
  const json = { "content-type": "application/json" };
  const headers = { authorization: `Bearer ${key}` };
  await call("GET", `/gifts/${unknownGift}`, headers);
  await call("POST", "/gifts", { ...headers, ...json }, '{"amount":1}');
  await call("POST", "/gifts", { ...headers, ...json }, "not JSON");
  for (const text of spellingsOf(key)) {
    await call("POST", "/gifts", { ...headers, ...json, "idempotency-key": text }, '{"amount":1}');
    await call("POST", `/gifts/${unknownGift}/send`, { ...headers, "idempotency-key": text });
    await call("GET", `/gifts/${text}`, headers);
    await call("GET", `/${text}?key=${text}`, { ...headers, cookie: text, "user-agent": text, referer: text });
    await call("GET", `/gifts/${unknownGift}`, { authorization: text });
    await call("GET", `/gifts/${unknownGift}`, { authorization: `Basic ${text}` });
  }
}
