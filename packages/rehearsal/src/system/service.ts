import type { ProcessSpec } from "@gift/local/process/process-spec";
import type { SupervisionOptions } from "@gift/local/process/supervised-process";
import { type Registration, startTask, type Task } from "./task.ts";

/** How a service's next task is made. */
export interface TaskPlan {
  readonly spec: ProcessSpec;
  readonly register?: () => Registration;
}

/** What a deploy ships: the next task's plan, changed. */
export type Version = (plan: TaskPlan) => TaskPlan;

/** Several tasks of one kind and how many there should be: what an ECS service is. */
export class Service {
  readonly name: string;
  readonly #planTask: (number: number) => Promise<TaskPlan>;
  readonly #supervision: SupervisionOptions;
  #tasks: Task[] = [];
  #started = 0;
  #desired = 0;
  #version: Version = (plan) => plan;

  constructor(name: string, planTask: (number: number) => Promise<TaskPlan>, supervision: SupervisionOptions) {
    this.name = name;
    this.#planTask = planTask;
    this.#supervision = supervision;
  }

  get desired(): number {
    return this.#desired;
  }

  get running(): number {
    return this.#tasks.filter((task) => task.isRunning()).length;
  }

  get tasks(): readonly Task[] {
    return this.#tasks;
  }

  /** Starts or drains tasks until there are so many; resolves when they are ready, or gone. */
  async scaleTo(count: number): Promise<void> {
    this.#desired = count;
    const surplus = this.#tasks.splice(count);
    const missing = Array.from({ length: count - this.#tasks.length }, () => this.#startTask(this.#version));
    await Promise.all([...surplus.map((task) => task.stop()), ...missing]);
  }

  /** Ends its tasks although they are desired, as when ECS can't place them: no capacity, an image that is gone. */
  async loseTasks(): Promise<void> {
    await Promise.all(this.#tasks.splice(0).map((task) => task.stop()));
  }

  /**
   * Replaces the tasks one by one: a new one must be ready before an old one is drained, as ECS rolls with a minimum
   * of 100 % healthy. A version that can't start is taken back, as by the deployment circuit breaker.
   * @param version what is different; the version before when absent
   * @returns whether it is the one that runs now
   */
  async deploy(version: Version = this.#version): Promise<boolean> {
    for (const old of [...this.#tasks]) {
      try {
        await this.#startTask(version);
      } catch {
        return false;
      }
      this.#tasks = this.#tasks.filter((task) => task !== old);
      await old.stop();
    }
    this.#version = version;
    return true;
  }

  async stop(): Promise<void> {
    this.#desired = 0;
    await this.loseTasks();
  }

  async #startTask(version: Version): Promise<void> {
    this.#started += 1;
    const { spec, register } = version(await this.#planTask(this.#started));
    const task = startTask(spec, this.#supervision, register);
    this.#tasks.push(task);
    try {
      await task.ready;
    } catch (err) {
      this.#tasks = this.#tasks.filter((other) => other !== task);
      await task.stop();
      throw err;
    }
  }
}
