/** For what waits while faults go on: several of them, and the restart after each, may come in between. */
export const patienceMilliseconds = 120_000;
