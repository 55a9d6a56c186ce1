import { mkdir, stat } from 'node:fs/promises';
import { type Clock, type Instant, MINUTE, SECOND } from '../../time.ts';
import type { Edition } from '../edition/edition.ts';
import { extrasOf } from './extras.ts';
import { Tree } from './tree.ts';

export interface ExporterGround {
  /** SHIRASE_EXPORT_DIR: one writer for each folder. */
  dir: string;
  edition: Edition;
  clock: Clock;
  /** What is long over is left to the server. */
  presentOnly?: boolean;
  /** How long a stop waits for the folder that is being written. Milliseconds. */
  patience?: number;
  warn: (error: unknown, message: string) => void;
}

/** After a full disk or a share that went away. */
const TRY_AGAIN = 10 * SECOND;
/** Well within what a stop may take in all: on a slow disk a whole edition takes longer, and the next process writes it anyway. */
const PATIENCE = 5 * SECOND;

/** Writes each edition as files as soon as it is printed. Where that fails, the last one stays and it tries again. */
export class Exporter {
  readonly #ground: ExporterGround;
  readonly #tree: Tree;
  #writing: Promise<void> | undefined;
  #again = false;
  #stopped = false;
  readonly #ending = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #warnedAt: Instant | undefined;

  constructor(ground: ExporterGround) {
    this.#ground = ground;
    this.#tree = new Tree(ground.dir);
  }

  start(): void {
    this.#ground.edition.onPrinted(() => void this.write());
    void this.write();
  }

  /** Waits for the folder that is being written, but not long: what is not whole then is taken away again. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    const late = setTimeout(() => this.#ending.abort(), this.#ground.patience ?? PATIENCE);
    await this.#writing;
    clearTimeout(late);
  }

  /** Writes the newest edition; asked while one is being written, it looks once more afterwards. */
  async write(): Promise<void> {
    if (this.#stopped) return;
    this.#again = true;
    this.#writing ??= this.#write();
    return this.#writing;
  }

  async #write(): Promise<void> {
    while (this.#again && !this.#stopped) {
      this.#again = false;
      await this.#tryToWrite();
    }
    this.#writing = undefined;
  }

  async #tryToWrite(): Promise<void> {
    const { edition, clock, warn, dir, presentOnly = false } = this.#ground;
    const { printed } = edition;
    if (!printed) return;
    try {
      await this.#tree.write(printed, extrasOf(printed), { presentOnly, signal: this.#ending.signal });
      this.#warnedAt = undefined;
    } catch (error) {
      if (this.#ending.signal.aborted) return;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.write(), TRY_AGAIN);
      this.#timer.unref();
      const now = clock.now();
      if (this.#warnedAt !== undefined && now - this.#warnedAt < MINUTE) return;
      this.#warnedAt = now;
      warn(error, `the edition could not be written to ${dir}; the last one stays there`);
    }
  }
}

/** @throws Error where nothing can be written there: told at the start, not in the first night. */
export async function mustBeFolder(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true });
  if (!(await stat(dir)).isDirectory()) throw new Error(`${dir} is not a folder`);
}
