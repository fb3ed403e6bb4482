const deadlineMilliseconds = 60_000;

/**
 * Runs a Pulumi program, and fails with the first error that nobody handles: under mocks an exception inside an `apply`
 * leaves the program pending for ever.
 * @throws that error, or one that says that an output never resolved
 */
export async function failFast<Result>(run: () => Promise<Result>): Promise<Result> {
  const { promise: failed, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("an Output never resolved")), deadlineMilliseconds);
  process.on("unhandledRejection", reject).on("uncaughtException", reject);
  try {
    return await Promise.race([run(), failed]);
  } finally {
    clearTimeout(timer);
    process.off("unhandledRejection", reject).off("uncaughtException", reject);
  }
}
