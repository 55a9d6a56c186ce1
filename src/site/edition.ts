import type { Catalogue, CatalogueNames } from '../catalogue/catalogue.ts';
import { loadCatalogue, loadNames } from '../catalogue/read.ts';
import type { Database } from '../db/open.ts';
import { type Operator, render } from '../http/views.ts';
import { type Notice, noticeState, workWindow } from '../notices/notice.ts';
import { editionNumber, loadPostings, loadPublished, loadRevisions, type Posting } from '../notices/read.ts';
import type { Report } from '../notices/report.ts';
import { type Clock, type Instant, type Language, MINUTE, SECOND } from '../time.ts';
import { frontPage, RECENT } from './front-page.ts';
import { historyPage } from './history-page.ts';
import { noticePage } from './notice-page.ts';
import { Page } from './page.ts';

export interface EditionGround {
  db: Database;
  clock: Clock;
  operator: Operator;
  publicUrl: string;
  warn: (error: unknown, message: string) => void;
}

/** What the pages are made of, read once for each edition. */
export interface SiteContent {
  notices: Notice[];
  catalogue: Catalogue;
  names: CatalogueNames;
  postings: Map<string, Posting[]>;
  /** Every revision of each report, for notices that have corrections. */
  revisions: Map<string, Report[]>;
}

interface Printed {
  number: number;
  content: SiteContent;
  pages: Map<string, Page>;
  /** When something changes by itself: a work begins or ends, a recovery is no longer recent. */
  until: Instant;
}

const LANGUAGES: Language[] = ['ja', 'en'];

/** The front page says as of when it speaks: an hour-old time on it would look forgotten. */
const STALE = MINUTE;

/**
 * Everything the public can read, rendered once for each publication and then served as bytes: no session, no database, no
 * template in a request. A new edition takes the place of the old one whole; where it cannot be made, the old one stays.
 */
export class Edition {
  readonly #ground: EditionGround;
  readonly #remembered = new Map<string, Page>();
  #printed: Printed | undefined;
  #printing: Promise<void> | undefined;
  #again = false;
  #checkedAt: Instant | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(ground: EditionGround) {
    this.#ground = ground;
  }

  /** The page under a language-less path, such as `/notices/20140306-1`. */
  page(path: string, language: Language): Page | undefined {
    return this.#printed?.pages.get(`${language} ${path}`);
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
    this.#printing = this.#refresh().finally(() => {
      this.#printing = undefined;
    });
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
    do {
      this.#again = false;
      try {
        await this.#print();
        this.#checkedAt = this.#ground.clock.now();
      } catch (error) {
        this.#ground.warn(error, 'no new edition could be made; the last one stays');
      }
    } while (this.#again);
  }

  async #print(): Promise<void> {
    const { db, clock } = this.#ground;
    const now = clock.now();
    // Read before the content: what is published in between belongs to the next edition and is printed then.
    const number = await editionNumber(db.kysely);
    const last = this.#printed;
    if (last && last.number === number && now < last.until) return;
    const content = last?.number === number ? last.content : await this.#read();
    this.#printed = { number, content, pages: this.#pages(content, now), until: nextChange(content.notices, now) };
  }

  async #read(): Promise<SiteContent> {
    const db = this.#ground.db.kysely;
    const notices = await loadPublished(db);
    const corrected = notices.filter((notice) => notice.reports.some((report) => report.revision > 0));
    const revisions = new Map<string, Report[]>();
    for (const notice of corrected) revisions.set(notice.id, await loadRevisions(db, notice.id));
    return {
      notices,
      catalogue: await loadCatalogue(db),
      names: await loadNames(db),
      postings: await loadPostings(db),
      revisions,
    };
  }

  #pages(content: SiteContent, now: Instant): Map<string, Page> {
    const { operator, publicUrl } = this.#ground;
    const pages = new Map<string, Page>();
    const desks = JSON.stringify(content.catalogue);
    for (const language of LANGUAGES) {
      const print = (path: string, template: string, view: object) => {
        pages.set(
          `${language} ${path}`,
          new Page(render(template, language, operator, { ...view, here: path, publicUrl })),
        );
      };
      print('/', 'site/front', frontPage(content, now));
      print('/history', 'site/history', historyPage(content, now, operator.timeZone));
      for (const notice of content.notices) {
        const path = `/notices/${notice.id}`;
        const page = this.#remember(
          `${language} ${notice.id} ${notice.version} ${noticeState(notice, now)} ${desks}`,
          () => {
            const view = noticePage(notice, content, now);
            return render('site/notice', language, operator, { ...view, here: path, publicUrl });
          },
        );
        pages.set(`${language} ${path}`, page);
      }
    }
    return pages;
  }

  /** A notice that did not change is not rendered again. */
  #remember(key: string, make: () => string): Page {
    const known = this.#remembered.get(key);
    if (known) return known;
    if (this.#remembered.size > 20_000) this.#remembered.clear();
    const page = new Page(make());
    this.#remembered.set(key, page);
    return page;
  }
}

/** The first moment after `now` at which a page would say something else without anybody publishing. */
function nextChange(notices: Notice[], now: Instant): Instant {
  const moments = notices.flatMap((notice) => {
    const window = workWindow(notice);
    const recoveries = notice.impacts.flatMap((impact) => (impact.recoveredAt === null ? [] : [impact.recoveredAt]));
    const ends = [...recoveries, ...(window ? [window.to] : [])];
    return [...(window ? [window.from] : []), ...ends, ...ends.map((end) => end + RECENT)];
  });
  return Math.min(...moments.filter((moment) => moment > now), now + STALE);
}
