import { setImmediate as breathe } from 'node:timers/promises';
import type { Database } from '../db/open.ts';
import { safetyHeaders } from '../http/headers.ts';
import type { Operator } from '../http/views.ts';
import { editionNumber } from '../notices/read.ts';
import { type Clock, type Instant, MINUTE, SECOND } from '../time.ts';
import { Shelf, type SiteContent } from './content.ts';
import { KINDS } from './kinds.ts';
import { nextChange } from './next-change.ts';
import { Page } from './page.ts';
import { Room } from './room.ts';
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

/** The sheet of an address, and its bytes once they are printed. */
interface Leaf {
  sheet: Sheet;
  page: Page | undefined;
}

/** What was printed late, all together: whoever walks through years of notices must not fill the machine. */
const lateOnes = new Room(16 * 1024 * 1024);

interface Printed {
  number: number;
  content: SiteContent;
  leaves: Map<string, Leaf>;
  /** When something changes by itself: a work begins or ends, a recovery is no longer recent. */
  until: Instant;
  /** The minute that the front page names as its own. */
  minute: Instant;
}

/** Short, and good for a day where we do not answer: the edition must be up when all else is down. */
const CACHE = 'public, max-age=5, stale-while-revalidate=30, stale-if-error=86400';

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

  /** The page under a path such as `/notices/20140306-1`, `/en` or `/?still`. */
  page(path: string): Page | undefined {
    const leaf = this.#printed?.leaves.get(path);
    if (!leaf) return undefined;
    if (leaf.page && !leaf.page.gone) return leaf.page;
    const page = this.#bytes(leaf.sheet);
    leaf.page = page;
    lateOnes.take(page, page.bytes, () => page.drop());
    return page;
  }

  /** Every path of the edition, in the order in which they were printed. */
  paths(): string[] {
    return [...(this.#printed?.leaves.keys() ?? [])];
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
      await this.#print();
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

  async #print(): Promise<void> {
    const { db, clock } = this.#ground;
    const now = clock.now();
    const minute = now - (now % MINUTE);
    // Read before the content: what is published in between belongs to the next edition and is printed then.
    const number = await editionNumber(db.kysely);
    const last = this.#printed;
    if (last?.number === number && now < last.until && last.minute === minute) return;
    const content = last?.number === number ? last.content : await this.#shelf.read(db.kysely);
    const leaves = await this.#leaves(new Run({ ...this.#ground, content, now }), last?.leaves);
    this.#printed = { number, content, leaves, until: nextChange(content.notices, now), minute };
    this.#tell(differing(last?.leaves, leaves));
  }

  /** A sheet whose seal stands is not printed again, and one that comes out the same keeps its bytes. */
  async #leaves(run: Run, last: Map<string, Leaf> | undefined): Promise<Map<string, Leaf>> {
    const leaves = new Map<string, Leaf>();
    let rested = performance.now();
    for (const kind of this.#kinds) {
      for (const sheet of kind.sheets(run)) {
        const before = last?.get(sheet.path);
        const same = before?.sheet.seal === sheet.seal;
        const page = same || sheet.late ? undefined : this.#reprint(sheet, before?.page);
        leaves.set(sheet.path, { sheet, page: same ? before.page : page });
        if (performance.now() - rested > IN_A_ROW) {
          await breathe();
          rested = performance.now();
        }
      }
    }
    return leaves;
  }

  #reprint(sheet: Sheet, before: Page | undefined): Page {
    const page = this.#bytes(sheet);
    return before?.tag === page.tag && before.type === page.type ? before : page;
  }

  /** @throws Error that names the sheet. */
  #bytes(sheet: Sheet): Page {
    try {
      return new Page(sheet.print(), sheet.type, {
        'cache-control': CACHE,
        // What a CDN is told to let go of: one page in its languages, or all of them.
        'surrogate-key': `edition ${sheet.path.replace(/^\/en(?=\/|\?|$)/, '').replace(/\?.*$/, '') || '/'}`,
        ...safetyHeaders(sheet.use ?? 'page', this.#ground.publicUrl.startsWith('https://')),
      });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`${sheet.path} cannot be printed: ${reason}`, { cause: error });
    }
  }

  #tell(changed: string[]): void {
    if (changed.length > 0) for (const listener of this.#listeners) listener(changed);
  }
}

/** The paths whose bytes are others, new or gone. What has never been asked for is known by its seal. */
function differing(last: Map<string, Leaf> | undefined, leaves: Map<string, Leaf>): string[] {
  const changed = [...leaves].filter(([path, leaf]) => {
    const before = last?.get(path);
    if (!before) return true;
    return leaf.page && before.page ? leaf.page !== before.page : leaf.sheet.seal !== before.sheet.seal;
  });
  const gone = [...(last?.keys() ?? [])].filter((path) => !leaves.has(path));
  return [...changed.map(([path]) => path), ...gone];
}
