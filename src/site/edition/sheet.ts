import type { Operator } from '../../http/views.ts';
import type { Notice } from '../../notices/notice.ts';
import type { Instant } from '../../time.ts';
import type { SiteContent } from './content.ts';

/** What all sheets of one edition are printed from. */
export interface Printing {
  content: SiteContent;
  now: Instant;
  operator: Operator;
  /** What absolute links begin with, without a slash at the end. */
  publicUrl: string;
  /** The indicator of the Statuspage API while there is planned work and nothing worse. */
  statuspageMaintenance: 'none' | 'maintenance';
  /** The bytes of an attachment: the one thing that is read when it is asked for. */
  file: (id: string) => Promise<Buffer>;
  /** The day of `now` in the operator's zone, as 2014-03-06: for what changes at midnight. */
  today: string;
  /**
   * A short text that changes when one of these notices (all of them, where none are given), the order of them, the catalogue or
   * what their times make of them at `now` changes: what a seal is made of.
   */
  stamp(notices?: Iterable<Notice>): string;
}

/** What one address answers: the same bytes for everybody until its seal is another. */
export interface Sheet {
  /** With /en where it is English: `/feed.atom`, `/en/notices/20140306-1`. */
  path: string;
  /** Content-Type, with its charset. */
  type: string;
  /** Equal seals give equal bytes; a sheet whose seal stands is not printed again. Unique for its path only. */
  seal: string;
  print(): string | Buffer;
  /** Dear to make and asked for by few: printed at its first request. */
  late?: boolean;
  /** Is fetched before print(), which needs it. Only for those that are both late and aside. */
  tool?: { fetch(): Promise<void> };
  /** Not what worried people read: the files of each publication do without it, and the server answers instead. */
  aside?: boolean;
  /**
   * `page` is for readers, `open` may be fetched by any site's script, `frame` may be framed too, a `file` was sent in. Where nothing is said HTML is a
   * page and everything else open.
   */
  use?: 'page' | 'open' | 'frame' | 'file';
  /** Beside those of its use: how a file is to be saved. */
  headers?: Record<string, string>;
}

/** One kind of sheet: the addresses that it answers, and what stands there now. */
export interface Kind {
  /** As Fastify reads them, without /en: `/services/:key/feed.atom`. */
  routes: string[];
  sheets(printing: Printing): Iterable<Sheet>;
}
