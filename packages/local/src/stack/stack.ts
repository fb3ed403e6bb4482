import { stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Settings } from "../command/settings.ts";
import type { Terminal } from "../command/terminal.ts";
import { StackError } from "../command/usage-error.ts";
import type { DatabaseLink } from "../database-link.ts";
import { portProblem } from "../free-port.ts";
import type { ProcessSpec } from "../process/process-spec.ts";
import { SupervisedProcess } from "../process/supervised-process.ts";
import { ensureQueues, type QueueUrls } from "../sqs/queues.ts";
import { createDatabase, migrateDatabase } from "./database.ts";
import { emulatorSpec, postgresSpec } from "./embedded.ts";
import { type EnvironmentFile, writeEnvironmentFile } from "./environment-file.ts";
import { apiSpec, consoleSpec, type Links, linkEnvironment, workerSpecs } from "./service-spec.ts";

/** In the order they stop: nobody loses a server it still needs to finish what it has in hand. */
const tiers = ["console", "api", "worker", "sqs", "postgres"] as const;
type Tier = (typeof tiers)[number];

/** How long the port of a stack that was killed may still be busy: its API is draining. */
const leftoverMilliseconds = 10_000;

/** The whole system as processes on this machine. */
export class Stack {
  readonly #settings: Settings;
  readonly #terminal: Terminal;
  readonly #kill: AbortSignal;
  readonly #processes: { readonly tier: Tier; readonly process: SupervisedProcess }[] = [];
  #environmentFile: EnvironmentFile | undefined;
  #isStopping: boolean = false;

  /** @param kill aborted when what `stop` does must not wait: what was in hand is done again after the next start */
  constructor(settings: Settings, terminal: Terminal, kill: AbortSignal) {
    this.#settings = settings;
    this.#terminal = terminal;
    this.#kill = kill;
  }

  get apiAddress(): string {
    return `http://127.0.0.1:${this.#settings.port}`;
  }

  /** The operator page's; undefined when there is none. */
  get consoleAddress(): string | undefined {
    const { consolePort } = this.#settings;
    return consolePort === undefined ? undefined : `http://127.0.0.1:${consolePort}`;
  }

  /** In the order they started in: servers, API, workers. */
  get processes(): readonly SupervisedProcess[] {
    return this.#processes.map(({ process }) => process);
  }

  /**
   * Starts everything, servers first, and resolves when all of it is ready.
   * @throws StackError when a part can't start or the stack was stopped meanwhile; call `stop` then, too
   */
  async start(): Promise<Links> {
    const { port, consolePort } = this.#settings;
    await this.#requirePort(port, "--port");
    if (consolePort !== undefined) await this.#requirePort(consolePort, "--console-port");
    const [database, queues] = await Promise.all([this.#startDatabase(), this.#startQueues()]);
    const links = { database, queues };
    const { environmentFile } = this.#settings;
    await Promise.all([
      this.#startProcess("api", apiSpec(this.#settings, links)),
      ...workerSpecs(this.#settings, links).map((spec) => this.#startProcess("worker", spec)),
      consolePort === undefined || this.#startProcess("console", consoleSpec(this.#settings, links, consolePort)),
    ]);
    const variables = { ...linkEnvironment(links), GIFT_API_URL: this.apiAddress };
    this.#environmentFile = await writeEnvironmentFile(environmentFile, variables);
    return links;
  }

  /** Drains and ends everything; resolves when nothing is left. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    for (const tier of tiers) {
      const members = this.#processes.filter((member) => member.tier === tier);
      await Promise.all(members.map(({ process }) => process.stop()));
    }
    await this.#environmentFile?.remove();
  }

  async #requirePort(port: number, flag: string): Promise<void> {
    const { environmentFile } = this.#settings;
    const hasLeftovers = await stat(environmentFile).then(
      () => true,
      () => false,
    );
    const deadline = Date.now() + (hasLeftovers ? leftoverMilliseconds : 0);
    let problem = await portProblem(port);
    while (problem !== undefined && Date.now() < deadline) {
      await pause(100);
      problem = await portProblem(port);
    }
    if (problem === undefined) return;
    const why = problem === "EADDRINUSE" ? "is taken by another program" : `can't be used (${problem})`;
    throw new StackError(`Port ${port} of 127.0.0.1 ${why}: free it, or choose another with ${flag}.`);
  }

  async #startDatabase(): Promise<DatabaseLink> {
    const link = this.#settings.database ?? (await this.#startPostgres());
    const applied = await migrateDatabase(link);
    if (applied.length > 0) this.#terminal.say(`Migrated the database: ${applied.join(", ")}.`);
    return link;
  }

  async #startPostgres(): Promise<DatabaseLink> {
    const { spec, link } = await postgresSpec(this.#settings.dataFolder);
    await this.#startProcess("postgres", spec);
    await createDatabase(link);
    return link;
  }

  async #startQueues(): Promise<QueueUrls> {
    if (this.#settings.sqsEndpoint === undefined) {
      const { spec, endpoint } = await emulatorSpec(this.#settings.dataFolder);
      await this.#startProcess("sqs", spec);
      return ensureQueues(endpoint);
    }
    const endpoint = this.#settings.sqsEndpoint;
    return ensureQueues(endpoint).catch((err: unknown) => {
      throw new StackError(`SQS at ${endpoint} can't be used (${err}): start it, correct SQS_ENDPOINT, or unset it.`);
    });
  }

  async #startProcess(tier: Tier, spec: ProcessSpec): Promise<void> {
    if (this.#isStopping) throw new StackError(`${spec.name} was not started: the stack is stopping.`);
    const process = new SupervisedProcess(spec, {
      logFolder: join(this.#settings.dataFolder, "logs"),
      onLine: (name, line) => {
        // What a service says about servers that leave before it is no news while everything stops.
        if (!this.#isStopping) this.#terminal.show(name, line);
      },
      onNotice: (sentence) => this.#terminal.say(sentence),
      kill: this.#kill,
    });
    this.#processes.push({ tier, process });
    await process.ready;
  }
}
