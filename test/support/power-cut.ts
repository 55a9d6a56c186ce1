import { rmSync, writeFileSync } from 'node:fs';
import type { Deed } from './strace.ts';

/**
 * What a disk holds after the power went: everything that was synced, and of the rest nothing, some whole writes, or some sectors
 * of some writes. A process that is killed leaves all of it: the system keeps what it was given.
 */
export type Damage = 'killed' | 'nothing' | 'some writes' | 'some sectors';

const SECTOR = 512;

/** Files by their path, as they were before the first deed. */
export class Disk {
  readonly #synced: Map<string, Buffer>;
  readonly #waiting = new Map<string, Deed[]>();

  constructor(files: Record<string, Buffer>) {
    this.#synced = new Map(Object.entries(files));
  }

  take(deed: Deed): void {
    const waiting = this.#waiting.get(deed.path) ?? [];
    if (deed.what !== 'sync') {
      this.#waiting.set(deed.path, [...waiting, deed]);
      return;
    }
    this.#synced.set(deed.path, waiting.reduce(applied, this.#synced.get(deed.path) ?? Buffer.alloc(0)));
    this.#waiting.delete(deed.path);
  }

  /** Whether anything was written that no sync has followed. */
  get unsynced(): boolean {
    return this.#waiting.size > 0;
  }

  /** Writes what is left to files; `place` says where each one goes. */
  leave(damage: Damage, random: () => number, place: (path: string) => string): void {
    for (const path of new Set([...this.#synced.keys(), ...this.#waiting.keys()])) {
      const survived = (this.#waiting.get(path) ?? []).flatMap((deed) => survivorsOf(deed, damage, random));
      const synced = this.#synced.get(path);
      rmSync(place(path), { force: true });
      if (synced || survived.length > 0)
        writeFileSync(place(path), survived.reduce(applied, synced ?? Buffer.alloc(0)));
    }
  }
}

function survivorsOf(deed: Deed, damage: Damage, random: () => number): Deed[] {
  if (damage === 'killed') return [deed];
  if (damage === 'nothing' || random() < 0.5) return [];
  if (damage === 'some writes' || deed.what !== 'write') return [deed];
  const { at = 0, bytes } = deed;
  const sectors = Array.from({ length: Math.ceil(bytes.length / SECTOR) }, (_, n) => n * SECTOR);
  return sectors
    .filter(() => random() < 0.5)
    .map((from) => ({ ...deed, at: at + from, bytes: bytes.subarray(from, from + SECTOR) }));
}

function applied(file: Buffer, deed: Deed): Buffer {
  if (deed.what === 'sync') return file;
  if (deed.what === 'truncate') return Buffer.concat([file.subarray(0, deed.length)], deed.length);
  const { at = file.length, bytes } = deed;
  const grown = file.length >= at + bytes.length ? Buffer.from(file) : Buffer.concat([file], at + bytes.length);
  bytes.copy(grown, at);
  return grown;
}
