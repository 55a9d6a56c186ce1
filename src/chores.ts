/** What must be done at its time though nobody asks: housekeeping, reminders, what is scheduled. */
export interface Chore {
  name: string;
  /** Milliseconds from the end of one run to the begin of the next. */
  every: number;
  /** Must be safe on several nodes at once: what it does is guarded by rows of the database, not by being alone. */
  run: () => Promise<unknown>;
}

/** Runs chores until stop(). One that fails is told and comes again at its time; it holds up no other. */
export class Chores {
  readonly #chores: Chore[];
  readonly #warn: (error: unknown, message: string) => void;
  readonly #timers = new Map<Chore, NodeJS.Timeout>();
  readonly #running = new Set<Promise<void>>();
  #stopped = false;

  constructor(chores: Chore[], warn: (error: unknown, message: string) => void) {
    this.#chores = chores;
    this.#warn = warn;
  }

  start(): void {
    for (const chore of this.#chores) this.#begin(chore);
  }

  /** Waits for what is under way; nothing begins any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    await Promise.all(this.#running);
  }

  #begin(chore: Chore): void {
    const run = this.#run(chore).finally(() => {
      this.#running.delete(run);
      if (this.#stopped) return;
      const timer = setTimeout(() => this.#begin(chore), chore.every);
      timer.unref();
      this.#timers.set(chore, timer);
    });
    this.#running.add(run);
  }

  async #run(chore: Chore): Promise<void> {
    try {
      await chore.run();
    } catch (error) {
      this.#warn(error, `the chore "${chore.name}" failed; it comes again`);
    }
  }
}
