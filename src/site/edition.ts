import { createHash } from 'node:crypto';
import { setImmediate as breathe } from 'node:timers/promises';
import type { Database } from '../db/open.ts';
import { type Operator, render } from '../http/views.ts';
import { bodyHtml } from '../notices/markup.ts';
import { editionNumber } from '../notices/read.ts';
import { type Clock, type Instant, type Language, MINUTE, SECOND } from '../time.ts';
import { Shelf, type SiteContent } from './content.ts';
import { frontPage } from './front-page.ts';
import { historyPage } from './history-page.ts';
import { nextChange } from './next-change.ts';
import { noticePage } from './notice-page.ts';
import { Page } from './page.ts';

export interface EditionGround {
  db: Database;
  clock: Clock;
  operator: Operator;
  publicUrl: string;
  warn: (error: unknown, message: string) => void;
}

/** A page and the seal of the view that it was rendered from: an equal view gives equal bytes. */
interface Sheet {
  seal: string;
  page: Page;
}

type Sheets = Map<string, Sheet>;

interface Sheaf {
  path: string;
  template: string;
  view: object;
  address: string;
}

const STILL = '?still';

interface Printed {
  number: number;
  content: SiteContent;
  sheets: Sheets;
  /** When something changes by itself: a work begins or ends, a recovery is no longer recent. */
  until: Instant;
  /** The minute that the front page names as its own. */
  minute: Instant;
}

const LANGUAGES: Language[] = ['ja', 'en'];

/** After so many notices, a few milliseconds' work, the readers come first. */
const NOTICES_IN_A_ROW = 8;

/**
 * Everything the public can read, rendered once for each publication and then served as bytes: no session, no database, no
 * template in a request. A new edition takes the place of the old one whole; where it cannot be made, the old one stays.
 */
export class Edition {
  readonly #ground: EditionGround;
  readonly #shelf = new Shelf();
  #printed: Printed | undefined;
  #printing: Promise<void> | undefined;
  #again = false;
  #checkedAt: Instant | undefined;
  #warnedAt: Instant | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(ground: EditionGround) {
    this.#ground = ground;
  }

  /** The page under a language-less path, such as `/notices/20140306-1`. `still`: as it is for who does not want it to reload. */
  page(path: string, language: Language, still = false): Page | undefined {
    const sheets = this.#printed?.sheets;
    const sheet = still ? sheets?.get(`${language} ${path}${STILL}`) : undefined;
    return (sheet ?? sheets?.get(`${language} ${path}`))?.page;
  }

  /** Whether there is anything to serve at all. */
  get ready(): boolean {
    return this.#printed !== undefined;
  }

  /** When the edition was last held against the database. */
  get checkedAt(): Instant | undefined {
    return this.#checkedAt;
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
    } catch (error) {
      // Tried once a second, told once a minute.
      if (this.#warnedAt !== undefined && clock.now() - this.#warnedAt < MINUTE) return;
      this.#warnedAt = clock.now();
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
    const sameStories = last?.number === number && now < last.until;
    if (sameStories && last.minute === minute) return;
    const content = last?.number === number ? last.content : await this.#shelf.read(db.kysely);
    const sheets = sameStories ? new Map(last.sheets) : await this.#stories(content, now);
    this.#put(sheets, '/', 'site/front', frontPage(content, now, minute));
    this.#printed = { number, content, sheets, until: nextChange(content.notices, now), minute };
  }

  /** Every page but the front page, which alone carries the time. */
  async #stories(content: SiteContent, now: Instant): Promise<Sheets> {
    const sheets: Sheets = new Map();
    this.#put(sheets, '/history', 'site/history', historyPage(content, now, this.#ground.operator.timeZone));
    for (const [index, notice] of content.notices.entries()) {
      if (index % NOTICES_IN_A_ROW === 0) await breathe();
      this.#put(sheets, `/notices/${notice.id}`, 'site/notice', noticePage(notice, content, now));
    }
    return sheets;
  }

  /** Puts a page in, in each language; one whose view is that of the last edition is not rendered again. */
  #put(sheets: Sheets, path: string, template: string, view: { reload: boolean }): void {
    this.#render(sheets, { path, template, view, address: path });
    // WCAG 2.2.1: whoever reads slowly, or has it read to him, can stop the reloading.
    if (view.reload) {
      const still = { ...view, reload: false, still: true };
      this.#render(sheets, { path, template, view: still, address: path + STILL });
    }
  }

  #render(sheets: Sheets, { path, template, view, address }: Sheaf): void {
    const { operator, publicUrl } = this.#ground;
    const seal = sealOf(view);
    for (const language of LANGUAGES) {
      const key = `${language} ${address}`;
      let sheet = this.#printed?.sheets.get(key);
      if (sheet?.seal !== seal) {
        const html = render(template, language, operator, { ...view, markup: bodyHtml, here: path, publicUrl });
        sheet = { seal, page: new Page(html) };
      }
      sheets.set(key, sheet);
    }
  }
}

function sealOf(view: object): string {
  return createHash('sha256').update(JSON.stringify(view)).digest('base64');
}
