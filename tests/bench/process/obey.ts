/** What a process of the bench answers its parent. */
export interface Reply {
  readonly id: number;
  readonly answer?: Readonly<Record<string, number>>;
  readonly error?: string;
}

/** Arguments are JSON from the bench itself; each command reads what it needs. */
// biome-ignore lint/suspicious/noExplicitAny: JSON between two halves of one program, typed where it is read
export type Command = (argument: any) => Promise<Readonly<Record<string, number>> | undefined>;

/**
 * Makes this process do what its parent asks for over the IPC channel, and end at SIGTERM.
 * @param commands by name; they answer numbers
 * @param end runs before the process ends
 */
export function obey(
  commands: Readonly<Record<string, Command>>,
  end: () => Promise<void> = async () => undefined,
): void {
  // What stops it with its parent has let go of the channel; here it is what the process lives for.
  process.channel?.ref();
  process.on("message", (message) => void reply(commands, JSON.parse(String(message))));
  // Exiting, and not being killed, lets Node write a CPU profile.
  process.once("SIGTERM", () => void end().finally(() => process.exit(0)));
  process.stdout.write(`${JSON.stringify({ event: "service.ready" })}\n`);
}

interface Request {
  readonly id: number;
  readonly command: string;
  readonly argument?: unknown;
}

async function reply(commands: Readonly<Record<string, Command>>, { id, command, argument }: Request): Promise<void> {
  process.send?.(JSON.stringify({ id, ...(await run(commands[command], argument)) } satisfies Reply));
}

async function run(command: Command | undefined, argument: unknown): Promise<Omit<Reply, "id">> {
  try {
    if (!command) throw new Error("there is no such command");
    return { answer: (await command(argument)) ?? {} };
  } catch (err) {
    return { error: err instanceof Error ? (err.stack ?? err.message) : String(err) };
  }
}
