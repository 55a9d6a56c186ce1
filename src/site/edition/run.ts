import { createHash } from 'node:crypto';
import type { Operator } from '../../http/views.ts';
import type { Notice } from '../../notices/notice.ts';
import { type Instant, isoTime } from '../../time.ts';
import type { SiteContent } from './content.ts';
import { turningPoints } from './next-change.ts';
import type { Printing } from './sheet.ts';

/** One making of the edition: its content, its moment, and stamps that cost next to nothing for what has not changed. */
export class Run implements Printing {
  readonly content: SiteContent;
  readonly now: Instant;
  readonly operator: Operator;
  readonly publicUrl: string;
  readonly statuspageMaintenance: 'none' | 'maintenance';
  readonly file: Printing['file'];
  readonly today: string;
  readonly #ofAll: string;
  readonly #catalogue: string;

  constructor(from: Omit<Printing, 'today' | 'stamp'>) {
    this.content = from.content;
    this.now = from.now;
    this.operator = from.operator;
    this.publicUrl = from.publicUrl;
    this.statuspageMaintenance = from.statuspageMaintenance;
    this.file = from.file;
    this.today = isoTime(from.now, from.operator.timeZone).slice(0, 10);
    this.#catalogue = short(JSON.stringify(from.content.catalogue));
    this.#ofAll = this.#stamp(from.content.notices);
  }

  stamp(notices?: Iterable<Notice>): string {
    return notices ? this.#stamp(notices) : this.#ofAll;
  }

  #stamp(notices: Iterable<Notice>): string {
    let text = this.#catalogue;
    for (const notice of notices) text += `;${notice.id}.${notice.version}.${this.#stage(notice)}`;
    return short(text);
  }

  /** How many of the moments at which a notice changes by itself have passed. */
  #stage(notice: Notice): number {
    let passed = 0;
    for (const moment of turningPoints(notice)) if (moment <= this.now) passed += 1;
    return passed;
  }
}

/** Most texts are of one notice and short as they are: a digest of each would cost more than all else where nothing has changed. */
export function short(text: string): string {
  if (text.length < 100) return text;
  return createHash('sha1').update(text).digest('base64url').slice(0, 16);
}
