/** One change of one source file: a text that occurs in it once, and what stands there instead. */
export interface Edit {
  readonly file: string;
  readonly text: string;
  readonly by: string;
}

/** What a child process says of a property. */
export interface Result {
  readonly isFailed: boolean;
  /** How many cases ran before it failed, or in all. */
  readonly cases: number;
  /** The failing case's own words. */
  readonly error: string;
}
