/** What an accepted send request answers, then and at every replay. Field order is part of the contract. */
export interface SendResponse {
  readonly gift_id: string;
  readonly status: "QUEUED";
  readonly request_id: string;
}

/** The answer's bytes, as stored and as sent. */
export function encodeSendResponse(giftId: string, requestId: string): string {
  return JSON.stringify({ gift_id: giftId, status: "QUEUED", request_id: requestId } satisfies SendResponse);
}
