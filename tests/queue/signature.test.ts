import { randomBytes, randomInt } from "node:crypto";
import { SQSClient } from "@aws-sdk/client-sqs";
import { sign } from "@gift/queue/client/signature";
import { expect, test } from "vitest";

const text = () => randomBytes(randomInt(1, 40)).toString("base64url");

/** What the SDK's own signer makes of it. */
async function signedBySdk(headers: Record<string, string>, body: string, signing: Parameters<typeof sign>[2]) {
  const { accessKeyId, secretAccessKey, sessionToken, region, service, date } = signing;
  const credentials = { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
  const client = new SQSClient({ region, credentials });
  const signer = await client.config.signer({
    name: "sigv4",
    signingName: service,
    signingRegion: region,
    properties: {},
  });
  const target = { protocol: "https:", hostname: String(headers.host), method: "POST", path: "/", query: {} };
  const { headers: signed } = await signer.sign({ ...target, headers, body }, { signingDate: date });
  return signed;
}

function randomRequest() {
  const extra = Object.fromEntries(
    Array.from({ length: randomInt(6) }, () => [`x-amz-${text().toLowerCase()}`, text()]),
  );
  return {
    headers: { host: `${text()}:${randomInt(1, 65_536)}`, "content-type": "application/x-amz-json-1.0", ...extra },
    body: randomInt(10) === 0 ? "{}" : JSON.stringify({ text: `${text()} ünïcödé ${text()} 🎁` }),
    signing: {
      accessKeyId: text(),
      secretAccessKey: text(),
      sessionToken: randomInt(2) === 0 ? undefined : text(),
      region: `region-${randomInt(1_000)}`,
      service: text(),
      date: new Date(randomInt(2 ** 40)),
    },
  };
}

test("signs any request as the SDK's own signer does, with session tokens and without", async () => {
  for (const { headers, body, signing } of Array.from({ length: 300 }, randomRequest))
    expect(sign(headers, body, signing)).toEqual(await signedBySdk(headers, body, signing));
});

test("another day, another secret and the first one again each get their own signature", async () => {
  const { headers, body, signing } = randomRequest();
  const nextDay = { ...signing, date: new Date(signing.date.getTime() + 86_400_000) };
  for (const each of [signing, nextDay, { ...signing, secretAccessKey: "rotated" }, signing])
    expect(sign(headers, body, each).authorization).toBe((await signedBySdk(headers, body, each)).authorization);
});
