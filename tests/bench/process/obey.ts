/** What a process of the bench answers its parent. */
export interface Reply {
  readonly id: number;
  readonly answer?: Readonly<Record<string, number>>;
  readonly error?: string;
}

/** A process's commands by name, each with what it is told. Arguments are JSON between two halves of one program. */
export type Commands<Arguments> = {
  readonly [Name in keyof Arguments]: (
    argument: Arguments[Name],
  ) => Promise<Readonly<Record<string, number>> | undefined>;
};

/**
 * Makes this process do what its parent asks for over the IPC channel, and end at SIGTERM.
 * @param commands by name; they answer numbers
 * @param end runs before the process ends
 */
export function obey<Arguments>(commands: Commands<Arguments>, end: () => Promise<void> = async () => undefined): void {
  // What stops it with its parent has let go of the channel; here it is what the process lives for.
  process.channel?.ref();
  process.on("message", (message) => void reply(commands, JSON.parse(String(message))));
  // Exiting, and not being killed, lets Node write a CPU profile.
  process.once("SIGTERM", () => void end().finally(() => process.exit(0)));
  process.stdout.write(`${JSON.stringify({ event: "service.ready" })}\n`);
}

interface Request<Arguments, Name extends keyof Arguments> {
  readonly id: number;
  readonly command: Name;
  readonly argument: Arguments[Name];
}

async function reply<Arguments, Name extends keyof Arguments>(
  commands: Commands<Arguments>,
  request: Request<Arguments, Name>,
): Promise<void> {
  process.send?.(JSON.stringify({ id: request.id, ...(await run(commands, request)) } satisfies Reply));
}

async function run<Arguments, Name extends keyof Arguments>(
  commands: Commands<Arguments>,
  { command, argument }: Request<Arguments, Name>,
): Promise<Omit<Reply, "id">> {
  try {
    if (!(command in commands)) throw new Error("there is no such command");
    return { answer: (await commands[command](argument)) ?? {} };
  } catch (err) {
    return { error: err instanceof Error ? (err.stack ?? err.message) : String(err) };
  }
}
