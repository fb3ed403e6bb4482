import { Type } from "@sinclair/typebox";

/** A queue binding, the producer's or the consumer's: the permissions that come with it differ. */
export const queueLink = Type.Object({ url: Type.String({ pattern: "^https?://" }) });
