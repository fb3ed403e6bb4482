import { redactKeys } from "@gift/core/api-key/credential";
import type { LogFields } from "@gift/telemetry/log-fields";
import { parseGiftId } from "./gift-id.ts";
import { requestIdField } from "./request-id.ts";

/**
 * What a line about a failed request says of it. The path alone: a query may carry what clients shouldn't put there.
 */
export function requestFields(request: Request, path: string): LogFields {
  const [, giftSegment = null] = /^\/gifts\/([^/]+)/.exec(path) ?? [];
  const giftId = parseGiftId(giftSegment);
  return {
    http_method: request.method,
    http_path: redactKeys(path),
    ...(giftId !== undefined && { gift_id: giftId }),
    ...requestIdField(request),
  };
}
