import {
  type CloudWatchLogsClient,
  GetLogEventsCommand,
  ResourceNotFoundException,
} from "@aws-sdk/client-cloudwatch-logs";

/**
 * Reads a CloudWatch stream from its start, further at each call.
 * @param client of the stream's region
 * @param of group and stream; one that doesn't exist yet has no lines
 * @returns a function that resolves to the lines since its last call
 */
export function createTail(client: CloudWatchLogsClient, of: { logGroup: string; stream: string }) {
  let nextToken: string | undefined;

  async function page(): Promise<readonly string[]> {
    const { events = [], nextForwardToken } = await client.send(
      new GetLogEventsCommand({
        logGroupName: of.logGroup,
        logStreamName: of.stream,
        startFromHead: true,
        ...(nextToken !== undefined && { nextToken }),
      }),
    );
    // CloudWatch gives the token back that it was given: there is no more, for now.
    const isEnd = nextForwardToken === nextToken;
    nextToken = nextForwardToken;
    const lines = events.map(({ message = "" }) => message);
    return isEnd || lines.length === 0 ? lines : [...lines, ...(await page())];
  }

  return async function tail(): Promise<readonly string[]> {
    try {
      return await page();
    } catch (err) {
      if (err instanceof ResourceNotFoundException) return [];
      throw err;
    }
  };
}
