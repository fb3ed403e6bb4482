/** How much a run does. */
export interface Sizes {
  readonly isShort: boolean;
  readonly rounds: number;
  /** Of one load of one side. */
  readonly seconds: number;
  /** 0 leaves the warm-up out. */
  readonly warmUpSeconds: number;
  /** A consumer's, from its start to the window that counts. */
  readonly rampUpSeconds: number;
  /** How much of what the fastest machine would use up is laid out; when it's used up, a load ends early. */
  readonly layOutShare: number;
  /** Gifts from accept to SENT, per load. */
  readonly endToEndGifts: number;
  /** After how many gifts memory is read. */
  readonly memoryGifts: number;
  readonly starts: number;
  readonly tableSizes: readonly number[];
  readonly backlogs: readonly number[];
}

/** About 15 minutes on two cores. */
export const fullSizes: Sizes = {
  isShort: false,
  rounds: 5,
  seconds: 2,
  warmUpSeconds: 1,
  rampUpSeconds: 0.7,
  layOutShare: 1,
  endToEndGifts: 6_000,
  memoryGifts: 100_000,
  starts: 7,
  tableSizes: [1e4, 1e6, 1e7],
  backlogs: [1e2, 1e3, 1e4, 1e5],
};

/** Shows that everything runs, in about a minute; its figures mean nothing. */
export const shortSizes: Sizes = {
  isShort: true,
  rounds: 1,
  seconds: 0.25,
  warmUpSeconds: 0,
  rampUpSeconds: 0.1,
  layOutShare: 0.1,
  endToEndGifts: 200,
  memoryGifts: 400,
  starts: 1,
  tableSizes: [1e3, 1e4],
  backlogs: [1e2, 1e3],
};
