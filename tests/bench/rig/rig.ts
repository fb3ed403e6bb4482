import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "@gift/local/free-port";
import { localAws } from "@gift/local/sqs/queues";
import type { Alternation } from "../measure/alternate.ts";
import { familyMeter, type ProcessorMeter } from "../measure/processor.ts";
import type { Sizes } from "../size.ts";
import { type Child, type ChildOptions, startChild } from "./child.ts";
import { type BenchDatabase, type BenchPostgres, startPostgres } from "./postgres.ts";
import { type BenchQueues, createQueues } from "./queue.ts";

/** What benches are built from. Whatever one of them opens is gone when it ends. */
export interface Rig {
  readonly sizes: Sizes;
  readonly folder: string;
  say(text: string): void;
  /** How long the sides of a comparison are loaded. */
  readonly alternation: Alternation;
  createDatabase(): Promise<BenchDatabase>;
  /** Of Postgres with all its backends. */
  readonly postgresMeter: ProcessorMeter;
  createQueues(): Promise<BenchQueues>;
  start(options: ChildOptions): Promise<Child>;
}

export interface RigOptions {
  readonly sizes: Sizes;
  say(text: string): void;
  /** Where to leave a CPU profile of each process. */
  readonly profileFolder?: string | undefined;
}

/** The bench's own Postgres and SQS emulator, each in a process of its own, and what the running bench has started. */
export class BenchRig implements Rig {
  readonly sizes: Sizes;
  readonly folder = mkdtempSync(join(tmpdir(), "gift-bench-"));
  readonly say: (text: string) => void;
  readonly #profileFolder: string | undefined;
  /** Promises, because a bench may ask for two databases at once. */
  #postgres: Promise<BenchPostgres> | undefined;
  #sqs: Promise<{ readonly child: Child; readonly origin: string }> | undefined;
  #postgresPid = Number.NaN;
  #postgresVersion = "not started";
  #children: Child[] = [];
  #queues: BenchQueues[] = [];
  #created = 0;

  constructor(options: RigOptions) {
    this.sizes = options.sizes;
    this.say = options.say;
    this.#profileFolder = options.profileFolder;
    // After a Ctrl-C as well: what runs stops by itself with this process, files don't.
    process.once("exit", () => rmSync(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }));
  }

  get alternation(): Alternation {
    const { rounds, seconds, warmUpSeconds } = this.sizes;
    return { rounds, seconds, warmUpSeconds, say: this.say };
  }

  get postgresMeter(): ProcessorMeter {
    return familyMeter(this.#postgresPid);
  }

  get postgresVersion(): string {
    return this.#postgresVersion;
  }

  async createDatabase(): Promise<BenchDatabase> {
    this.#postgres ??= startPostgres(this.folder);
    const postgres = await this.#postgres;
    this.#postgresPid = postgres.pid;
    this.#postgresVersion = postgres.version;
    return await postgres.createDatabase();
  }

  async createQueues(): Promise<BenchQueues> {
    this.#sqs ??= this.#startSqs();
    const { origin } = await this.#sqs;
    this.#created += 1;
    const queues = await createQueues(origin, `bench-${this.#created}`);
    this.#queues.push(queues);
    return queues;
  }

  async start(options: ChildOptions): Promise<Child> {
    const environment = { ...localAws, NODE_COMPILE_CACHE: join(this.folder, "compile-cache"), ...options.environment };
    const child = await startChild(this.folder, {
      ...options,
      command: [...this.#profiled(options.name), ...options.command],
      environment,
    });
    this.#children.push(child);
    return child;
  }

  /** Ends what a bench has started. */
  async clear(): Promise<void> {
    const children = this.#children;
    for (const { client } of this.#queues) client.destroy();
    this.#queues = [];
    this.#children = [];
    await Promise.all(children.map((child) => child.stop()));
  }

  async close(): Promise<void> {
    await this.clear();
    await (await this.#sqs?.catch(() => undefined))?.child.stop();
    await (await this.#postgres?.catch(() => undefined))?.stop();
  }

  #profiled(name: string): readonly string[] {
    if (this.#profileFolder === undefined) return [];
    this.#created += 1;
    const file = `${name.replaceAll(/\W+/g, "-")}-${this.#created}.cpuprofile`;
    return ["--cpu-prof", "--cpu-prof-dir", this.#profileFolder, "--cpu-prof-name", file];
  }

  async #startSqs(): Promise<{ child: Child; origin: string }> {
    const port = await freePort();
    const origin = `http://127.0.0.1:${port}`;
    Object.assign(process.env, localAws, { AWS_ENDPOINT_URL_SQS: origin });
    const command = ["tests/bench/process/emulator.ts", String(port)];
    return { child: await startChild(this.folder, { name: "fauxqs", command }), origin };
  }
}
