/** Keeps so many bytes of what can be made again; what came first goes first. */
export class Room {
  readonly #size: number;
  readonly #held = new Map<object, { bytes: number; letGo: () => void }>();
  #taken = 0;

  /** @param size in bytes. */
  constructor(size: number) {
    this.#size = size;
  }

  take(thing: object, bytes: number, letGo: () => void): void {
    this.#held.set(thing, { bytes: (this.#held.get(thing)?.bytes ?? 0) + bytes, letGo });
    this.#taken += bytes;
    for (const [oldest, held] of this.#held) {
      if (this.#taken <= this.#size) return;
      this.#held.delete(oldest);
      this.#taken -= held.bytes;
      held.letGo();
    }
  }
}
