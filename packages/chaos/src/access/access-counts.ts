/** How often the door held. */
export interface AccessCounts {
  /** Requests for another client's gift that were answered 404. */
  readonly strangersRefused: number;
  /** Requests without a right key that were answered 401. */
  readonly intrudersRefused: number;
  readonly revoked: EndedCounts;
  readonly rotated: EndedCounts;
}

/** What a key that ended was answered. */
export interface EndedCounts {
  /** As to a right key. */
  readonly passed: number;
  /** As to a wrong one. */
  readonly refused: number;
  /** How long after its end it passed for the last time. */
  readonly lastPassMilliseconds: number;
}

const neverUsed: EndedCounts = { passed: 0, refused: 0, lastPassMilliseconds: 0 };

/** Of a run that didn't get so far. */
export const nobodyAsked: AccessCounts = {
  strangersRefused: 0,
  intrudersRefused: 0,
  revoked: neverUsed,
  rotated: neverUsed,
};
