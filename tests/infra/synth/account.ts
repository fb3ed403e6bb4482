/** The imaginary AWS account that synthesis deploys to. */
export const account = "123456789012";

/** What RandomPassword returns: it may appear in no task definition, link or output. */
export const secretPassword = "MOCK-RANDOM-PASSWORD";

/** What a deploy with monitors asks for. The mocks call nobody. */
export const datadogKeys = { DATADOG_API_KEY: "MOCK-API-KEY", DATADOG_APP_KEY: "MOCK-APP-KEY" };
