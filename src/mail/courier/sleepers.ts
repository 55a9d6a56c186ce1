/** Waits that can be cut short. */
export class Sleepers {
  readonly #wakes = new Set<() => void>();

  sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#wakes.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, milliseconds);
      this.#wakes.add(wake);
    });
  }

  wake(): void {
    for (const wake of this.#wakes) wake();
  }
}
