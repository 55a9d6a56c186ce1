import { randomBytes } from 'node:crypto';
import { link, mkdir, readdir, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { compresses } from '../../http/encoding.ts';
import { DAY } from '../../time.ts';
import type { Printed } from '../edition/printed.ts';
import { fileName } from './file-name.ts';

const zip = promisify(gzip);
const brotli = promisify(brotliCompress);

/** A file that is no page of the edition: the style sheet, the page for what is missing. */
export interface Extra {
  /** Below the folder of the edition. */
  file: string;
  type: string;
  bytes: Buffer;
}

export interface TreeOptions {
  /** Also what few ask for: the press releases and pictures of all notices. */
  everything?: boolean;
  /** Only what is printed at once: the present, without what few ask for and what is long over. */
  presentOnly?: boolean;
  progress?: (done: number, all: number) => void;
  /** Gives it up between two files; `current` is then as it was. */
  signal?: AbortSignal;
}

/** What stands in the folder that was written last. */
interface Written {
  folder: string;
  /** By address: the seal and the tag of what its files hold. */
  sheets: Map<string, { seal: string; tag: string }>;
  extras: Map<string, Buffer>;
}

/**
 * An edition as files: `editions/NUMBER-XXXXXX/` holds one whole, each file with its .gz and .br beside it, and `current` is a
 * link to the newest. A new one is built beside the old, with hard links to what has not changed, and takes its place by one
 * rename: whoever reads `current` sees one edition or the other, and a process that dies in between changes nothing.
 */
export class Tree {
  readonly #dir: string;
  #last: Written | undefined;
  #before: string | undefined;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** @returns how many addresses were written anew. @throws what the file system says; `current` is then as it was. */
  async write(printed: Printed, extras: Extra[], options: TreeOptions = {}): Promise<number> {
    const name = `${printed.number}-${randomBytes(4).toString('hex')}`;
    const folder = join(this.#dir, 'editions', name);
    try {
      const writing = new Writing(folder, this.#last);
      const written = await writing.sheets(printed, options);
      await writing.extras(extras);
      await this.#carryAssets(folder);
      await this.#point(name);
      this.#last = writing.written;
      await this.#sweep(name);
      return written;
    } catch (error) {
      await rm(folder, { recursive: true, force: true }).catch(() => {});
      // Somebody took the last one away: the next is written from nothing.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') this.#last = undefined;
      throw error;
    }
  }

  /** A page that somebody keeps since the last version of the program still finds its style sheet, for a month. */
  async #carryAssets(folder: string): Promise<void> {
    const old = join(this.#dir, 'current', 'assets');
    const hashes = await readdir(old).catch(() => []);
    for (const hash of hashes) {
      const there = await mkdir(join(folder, 'assets', hash)).then(
        () => false,
        () => true,
      );
      if (there) continue;
      for (const file of await readdir(join(old, hash))) {
        const { mtimeMs, ctimeMs } = await stat(join(old, hash, file));
        if (ctimeMs - mtimeMs < MONTH) await link(join(old, hash, file), join(folder, 'assets', hash, file));
      }
    }
  }

  async #point(name: string): Promise<void> {
    const beside = join(this.#dir, `current.${name}`);
    await symlink(join('editions', name), beside);
    await rename(beside, join(this.#dir, 'current'));
  }

  /** Two stay: whoever has just followed the old link finishes with it. */
  async #sweep(newest: string): Promise<void> {
    const before = this.#before;
    this.#before = newest;
    // What a process left that died between the two steps of pointing.
    for (const name of await readdir(this.#dir)) {
      if (name.startsWith('current.')) await rm(join(this.#dir, name), { force: true });
    }
    for (const name of await readdir(join(this.#dir, 'editions'))) {
      if (name !== newest && name !== before)
        await rm(join(this.#dir, 'editions', name), { recursive: true, force: true });
    }
  }
}

const MONTH = 30 * DAY;

/** So many files at once: twelve thousand links in a quarter of a second, where one after another would take three times as long. */
const HANDS = 8;

/** The making of one folder. */
class Writing {
  readonly written: Written;
  readonly #last: Written | undefined;
  readonly #made = new Set<string>();

  constructor(folder: string, last: Written | undefined) {
    this.written = { folder, sheets: new Map(), extras: new Map() };
    this.#last = last;
  }

  async sheets(
    printed: Printed,
    { everything = false, presentOnly = false, progress, signal }: TreeOptions,
  ): Promise<number> {
    const wanted = printed.paths().filter((path) => {
      const sheet = printed.sheet(path);
      return (
        sheet && (everything || !sheet.aside) && !(presentOnly && sheet.late && sheet.type.startsWith('text/html'))
      );
    });
    let anew = 0;
    let done = 0;
    const paths = wanted.values();
    const hand = async () => {
      for (const path of paths) {
        signal?.throwIfAborted();
        if (await this.#sheet(printed, path)) anew += 1;
        done += 1;
        progress?.(done, wanted.length);
      }
    };
    // All come to their end before an error goes up: none may still be writing where the folder is being taken away.
    const ends = await Promise.allSettled(Array.from({ length: HANDS }, hand));
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed) throw failed.reason;
    return anew;
  }

  /** @returns whether it was written; else it is the same file as before. */
  async #sheet(printed: Printed, path: string): Promise<boolean> {
    const sheet = printed.sheet(path);
    if (!sheet) return false;
    const file = fileName(path, sheet.type);
    const before = this.#last?.sheets.get(path);
    if (before?.seal === sheet.seal) {
      await this.#keep(file, sheet.type);
      this.written.sheets.set(path, before);
      return false;
    }
    await printed.prepare(path);
    const page = printed.page(path);
    if (!page) return false;
    this.written.sheets.set(path, { seal: sheet.seal, tag: page.tag });
    if (before?.tag === page.tag) {
      await this.#keep(file, sheet.type);
      return false;
    }
    await this.#put(file, sheet.type, page.identity());
    // Printing a late one is work in a row.
    await breathe();
    return true;
  }

  async extras(extras: Extra[]): Promise<void> {
    for (const { file, type, bytes } of extras) {
      if (this.#last?.extras.get(file)?.equals(bytes)) await this.#keep(file, type);
      else await this.#put(file, type, bytes);
      this.written.extras.set(file, bytes);
    }
  }

  async #keep(file: string, type: string): Promise<void> {
    const to = await this.#place(file);
    const from = join(this.#last?.folder ?? '', file);
    await link(from, to);
    if (!compresses(type)) return;
    await Promise.all([link(`${from}.gz`, `${to}.gz`), link(`${from}.br`, `${to}.br`)]);
  }

  async #put(file: string, type: string, bytes: Buffer): Promise<void> {
    const to = await this.#place(file);
    await writeFile(to, bytes);
    if (!compresses(type)) return;
    await writeFile(`${to}.gz`, await zip(bytes));
    await writeFile(`${to}.br`, await brotli(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }));
  }

  async #place(file: string): Promise<string> {
    const to = join(this.written.folder, file);
    const folder = dirname(to);
    if (!this.#made.has(folder)) {
      await mkdir(folder, { recursive: true });
      this.#made.add(folder);
    }
    return to;
  }
}
