import { setImmediate as breathe } from 'node:timers/promises';
import type { Database } from '../../db/open.ts';
import type { Operator } from '../../http/views.ts';
import { editionNumber, loadAttachmentBytes } from '../../notices/read.ts';
import { type Clock, type Instant, MINUTE, SECOND } from '../../time.ts';
import { KINDS } from '../kinds.ts';
import { Shelf, type SiteContent } from './content.ts';
import { nextChange } from './next-change.ts';
import type { Page } from './page.ts';
import { bytesOf, isSecure, type Leaf, Printed } from './printed.ts';
import { Run } from './run.ts';
import type { Kind, Sheet } from './sheet.ts';

export interface EditionGround {
  db: Database;
  clock: Clock;
  operator: Operator;
  publicUrl: string;
  statuspageMaintenance: 'none' | 'maintenance';
  warn: (error: unknown, message: string) => void;
  /** What it is made of, where that is not all there is. */
  kinds?: Kind[];
}

/** Since when no new edition could be made, and why. */
export interface Trouble {
  since: Instant;
  message: string;
}

/** What the newest print was made from, and how long it holds. */
interface Making {
  content: SiteContent;
  /** When something changes by itself: a work begins or ends, a recovery is no longer recent. */
  until: Instant;
  /** The minute that the front page names as its own. */
  minute: Instant;
}

/** After so many milliseconds of printing the readers come first. */
const IN_A_ROW = 8;

/**
 * Everything the public can read, printed once for each publication and then served as bytes: no session, no database, no
 * template in a request. A new edition takes the place of the old one whole; where it cannot be made, the old one stays.
 */
export class Edition {
  readonly #ground: EditionGround;
  readonly #kinds: Kind[];
  readonly #shelf = new Shelf();
  readonly #listeners: ((changed: string[]) => void)[] = [];
  #printed: Printed | undefined;
  #making: Making | undefined;
  #printing: Promise<void> | undefined;
  #again = false;
  #checkedAt: Instant | undefined;
  #warnedAt: Instant | undefined;
  #trouble: Trouble | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(ground: EditionGround) {
    this.#ground = ground;
    this.#kinds = ground.kinds ?? KINDS;
  }

  /** The newest print, whole: what is asked of it later is of the same edition. */
  get printed(): Printed | undefined {
    return this.#printed;
  }

  /** The newest page under a path such as `/notices/20140306-1`, `/en` or `/?still`. */
  page(path: string): Page | undefined {
    return this.#printed?.page(path);
  }

  /** Every path of the newest print. */
  paths(): string[] {
    return this.#printed?.paths() ?? [];
  }

  /** What fills these addresses, as Fastify reads them, without /en. */
  get routes(): string[] {
    return this.#kinds.flatMap((kind) => kind.routes);
  }

  /** Whether there is anything to serve at all. */
  get ready(): boolean {
    return this.#printed !== undefined;
  }

  /** Which publication it is made of; undefined before the first. */
  get number(): number | undefined {
    return this.#printed?.number;
  }

  /** When the edition was last held against the database. */
  get checkedAt(): Instant | undefined {
    return this.#checkedAt;
  }

  get trouble(): Trouble | undefined {
    return this.#trouble;
  }

  /** Is called with the paths whose bytes are others, or gone, each time an edition has taken its place. */
  onPrinted(listener: (changed: string[]) => void): void {
    this.#listeners.push(listener);
  }

  /** Prints a new edition where there is news. Asked while one is being printed, it looks once more afterwards. */
  async refresh(): Promise<void> {
    if (this.#printing) {
      this.#again = true;
      return this.#printing;
    }
    this.#printing = this.#refresh();
    return this.#printing;
  }

  /** Follows the edition's number, other nodes' publications too, once a second. */
  start(): void {
    this.#timer ??= setInterval(() => void this.refresh(), SECOND);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #refresh(): Promise<void> {
    try {
      do {
        this.#again = false;
        await this.#tryToPrint();
      } while (this.#again);
    } finally {
      // In the same step as the look at #again: whoever rings in between would not be heard.
      this.#printing = undefined;
    }
  }

  async #tryToPrint(): Promise<void> {
    const { clock, warn } = this.#ground;
    try {
      await this.#printNew();
      this.#checkedAt = clock.now();
      this.#warnedAt = undefined;
      this.#trouble = undefined;
    } catch (error) {
      const now = clock.now();
      const message = error instanceof Error ? error.message : String(error);
      this.#trouble = { since: this.#trouble?.since ?? now, message };
      // Tried once a second, told once a minute.
      if (this.#warnedAt !== undefined && now - this.#warnedAt < MINUTE) return;
      this.#warnedAt = now;
      warn(error, 'no new edition could be made; the last one stays');
    }
  }

  async #printNew(): Promise<void> {
    const { db, clock } = this.#ground;
    const now = clock.now();
    const minute = now - (now % MINUTE);
    // Read before the content: what is published in between belongs to the next edition and is printed then.
    const number = await editionNumber(db.kysely);
    const last = this.#printed;
    const made = last?.number === number ? this.#making : undefined;
    if (made && now < made.until && made.minute === minute) return;
    const content = made?.content ?? (await this.#shelf.read(db.kysely));
    const printed = await this.#printAll(number, new Run({ ...this.#ground, content, now, file: fileOf(db) }));
    this.#printed = printed;
    this.#making = { content, until: nextChange(content.notices, now), minute };
    this.#tell(printed.changedSince(last));
  }

  /** A sheet whose seal stands is not printed again, and one that comes out the same keeps its bytes. */
  async #printAll(number: number, run: Run): Promise<Printed> {
    const secure = isSecure(run);
    const last = this.#printed;
    const leaves = new Map<string, Leaf>();
    const fresh = (sheet: Sheet) =>
      sheet.late ? undefined : sameOr(last?.printed(sheet.path), bytesOf(sheet, secure));
    let rested = performance.now();
    for (const kind of this.#kinds) {
      for (const sheet of kind.sheets(run)) {
        leaves.set(sheet.path, { sheet, page: last?.kept(sheet) ?? fresh(sheet) });
        if (performance.now() - rested > IN_A_ROW) {
          await breathe();
          rested = performance.now();
        }
      }
    }
    return new Printed(number, run, leaves);
  }

  #tell(changed: string[]): void {
    if (changed.length > 0) for (const listener of this.#listeners) listener(changed);
  }
}

function fileOf(db: Database): (id: string) => Promise<Buffer> {
  return async (id) => {
    const bytes = await loadAttachmentBytes(db.kysely, id);
    if (!bytes) throw new Error(`attachment ${id} has no bytes`);
    return bytes;
  };
}

/** Keeps the bytes that are there, where the new ones are the same. */
function sameOr(before: Page | undefined, page: Page): Page {
  return before?.tag === page.tag && before.type === page.type && !before.gone ? before : page;
}
