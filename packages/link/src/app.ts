import { type Static, Type } from "@sinclair/typebox";

/** SST's own binding: the app's name and the stage. */
export const appLink = Type.Object({ name: Type.String(), stage: Type.String({ minLength: 1 }) });

export type AppLink = Static<typeof appLink>;
