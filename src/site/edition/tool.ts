/**
 * What few sheets are made with and what costs memory from its import on: fetched at the first request for such a sheet, and then
 * kept. Printing itself waits for nothing.
 */
export class Tool<T> {
  readonly #load: () => Promise<T>;
  #coming: Promise<T> | undefined;
  #here: { tool: T } | undefined;

  constructor(load: () => Promise<T>) {
    this.#load = load;
  }

  async fetch(): Promise<void> {
    if (this.#here) return;
    this.#coming ??= this.#load();
    try {
      this.#here = { tool: await this.#coming };
    } finally {
      // Where it could not be fetched the next request tries again.
      this.#coming = undefined;
    }
  }

  /** @throws Error before it has been fetched. */
  get here(): T {
    if (!this.#here) throw new Error('its tool has not been fetched');
    return this.#here.tool;
  }
}
