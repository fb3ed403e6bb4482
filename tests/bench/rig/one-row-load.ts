/** What is done, one row at a time. */
export type OneRowWork = "insert" | "send" | "sent";

export interface OneRowLoad {
  readonly work: OneRowWork;
  /** Undefined: each client does as much as it has gifts. */
  readonly seconds: number | undefined;
  readonly first: number;
  /** Gifts per client; each has its own. */
  readonly span: number;
}

export const oneRowClients = 64;
