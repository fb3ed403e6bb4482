import { setTimeout as pause } from "node:timers/promises";
import type { DatabaseFigures } from "./database-figures.ts";
import { History, historySeconds, type Point } from "./history.ts";
import type { QueueFigures } from "./queue-figures.ts";
import type { Round } from "./round.ts";
import { Source } from "./source.ts";

export interface WatchOptions {
  readDatabase(windowSeconds: number): Promise<DatabaseFigures>;
  readQueues(): Promise<QueueFigures>;
}

const intervalMilliseconds = 1_000;

/** Two rounds late at most: a source that answers no sooner is shown as away. */
const answerMilliseconds = 2_000;

/** Commits that were under way when their second was read first appear when it is read again. */
const overlapSeconds = 5;

type Listener = (round: Round) => void;

/** One round of questions a second, shared by all who watch; none while nobody does. */
export class Watch {
  readonly history = new History();
  readonly #listeners = new Set<Listener>();
  readonly #database: Source<DatabaseFigures>;
  readonly #queues: Source<QueueFigures>;
  #isRunning: boolean = false;
  #reading: Promise<Round> | undefined;
  #last: Round | undefined;
  #seriesUntil = 0;
  #unrecordedSince: number | undefined;

  constructor(options: WatchOptions) {
    this.#database = new Source(() => options.readDatabase(this.#windowSeconds()), answerMilliseconds);
    this.#queues = new Source(() => options.readQueues(), answerMilliseconds);
  }

  /** How many watch now. */
  get watchers(): number {
    return this.#listeners.size;
  }

  /**
   * Tells of every round from now on.
   * @returns how to end it
   */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    void this.#run();
    return () => void this.#listeners.delete(listener);
  }

  /** The newest round; one is read if there is none of this second. Callers at the same moment share it. */
  async current(): Promise<Round> {
    if (this.#last && Date.now() - this.#last.at.getTime() < intervalMilliseconds) return this.#last;
    return await this.#read();
  }

  /** The charts' seconds from one on, up to the last that is over. */
  points(from: number): Point[] {
    return this.history.points(from, unixSeconds());
  }

  async #run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    while (this.#listeners.size > 0) {
      const startedAt = performance.now();
      const round = await this.#read();
      for (const listener of this.#listeners) listener(round);
      await pause(Math.max(0, startedAt + intervalMilliseconds - performance.now()), undefined, { ref: false });
    }
    this.#isRunning = false;
  }

  #read(): Promise<Round> {
    this.#reading ??= this.#readOnce().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #readOnce(): Promise<Round> {
    const [database, queues] = await Promise.all([this.#database.read(), this.#queues.read()]);
    const now = unixSeconds();
    const figures = database.kind === "fresh" ? database.value : undefined;
    this.history.record(now, figures, queues.kind === "fresh" ? queues.value : undefined);
    if (figures) this.#seriesUntil = now;
    const hasUnrecorded = queues.kind === "fresh" && queues.value.deadLetters.waiting > 0;
    this.#unrecordedSince = hasUnrecorded ? (this.#unrecordedSince ?? now) : undefined;
    const round: Round = {
      at: new Date(),
      database,
      queues,
      speed: figures && this.history.speed(now),
      unrecordedSeconds: now - (this.#unrecordedSince ?? now),
      changedFrom: now - (figures?.windowSeconds ?? overlapSeconds),
    };
    this.#last = round;
    return round;
  }

  #windowSeconds(): number {
    return Math.min(historySeconds, unixSeconds() - this.#seriesUntil + overlapSeconds);
  }
}

function unixSeconds(): number {
  return Math.floor(Date.now() / 1_000);
}
