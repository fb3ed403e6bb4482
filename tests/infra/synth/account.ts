/** The imaginary AWS account that synthesis deploys to. */
export const account = "123456789012";

/** What RandomPassword returns: it may appear in no task definition, link or output. */
export const secretPassword = "MOCK-RANDOM-PASSWORD";
