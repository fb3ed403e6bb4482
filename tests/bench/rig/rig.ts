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
  #postgres: BenchPostgres | undefined;
  #sqs: { readonly child: Child; readonly origin: string } | undefined;
  #children: Child[] = [];
  #queues: BenchQueues[] = [];
  #created = 0;

  constructor(options: RigOptions) {
    this.sizes = options.sizes;
    this.say = options.say;
    this.#profileFolder = options.profileFolder;
  }

  get alternation(): Alternation {
    const { rounds, seconds, warmUpSeconds } = this.sizes;
    return { rounds, seconds, warmUpSeconds, say: this.say };
  }

  get postgresMeter(): ProcessorMeter {
    return familyMeter(this.#postgres?.pid ?? Number.NaN);
  }

  get postgresVersion(): string {
    return this.#postgres?.version ?? "not started";
  }

  async createDatabase(): Promise<BenchDatabase> {
    this.#postgres ??= await startPostgres(this.folder);
    return await this.#postgres.createDatabase();
  }

  async createQueues(): Promise<BenchQueues> {
    this.#sqs ??= await this.#startSqs();
    this.#created += 1;
    const queues = await createQueues(this.#sqs.origin, `bench-${this.#created}`);
    this.#queues.push(queues);
    return queues;
  }

  async start(options: ChildOptions): Promise<Child> {
    const environment = { ...localAws, NODE_COMPILE_CACHE: join(this.folder, "compile-cache"), ...options.environment };
    const child = await startChild({
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
    await this.#sqs?.child.stop();
    await this.#postgres?.stop();
    rmSync(this.folder, { recursive: true, force: true });
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
    return { child: await startChild({ name: "fauxqs", command, environment: {} }), origin };
  }
}
